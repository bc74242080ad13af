"""WRITES: operations to a CRM, tables to terminal and workbook."""
