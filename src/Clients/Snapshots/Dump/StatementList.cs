namespace Drydock.Clients.Snapshots;

/// <summary>
/// Which statements each part of a dump may hold: what mysqldump and mydumper write into it, and nothing else.
/// </summary>
internal static class StatementList
{
    private static readonly HashSet<string> Tables = new(StringComparer.Ordinal)
    {
        "SET", "DROP TABLE", "DROP VIEW", "DROP SEQUENCE", "CREATE TABLE", "CREATE SEQUENCE", "DO SETVAL", "SELECT SETVAL",
        "LOCK TABLES", "UNLOCK TABLES", "ALTER TABLE", "COMMIT",
    };

    private static readonly HashSet<string> MyDumperRows = new(StringComparer.Ordinal) { "SET", "INSERT", "REPLACE" };

    private static readonly HashSet<string> OtherRows = new(StringComparer.Ordinal)
    {
        "SET", "INSERT", "REPLACE", "LOCK TABLES", "UNLOCK TABLES", "ALTER TABLE", "COMMIT", "START TRANSACTION",
    };

    private static readonly HashSet<string> Programs = new(StringComparer.Ordinal)
    {
        "SET", "ALTER DATABASE", "COMMIT",
        "DROP PROCEDURE", "DROP FUNCTION", "DROP PACKAGE", "DROP PACKAGE BODY", "DROP TRIGGER", "DROP EVENT",
        "CREATE PROCEDURE", "CREATE FUNCTION", "CREATE PACKAGE", "CREATE PACKAGE BODY", "CREATE TRIGGER", "CREATE EVENT",

        // mysqldump of MariaDB writes the sequences of a database whatever else it was asked for.
        "DROP SEQUENCE", "CREATE SEQUENCE", "DO SETVAL", "SELECT SETVAL",
    };

    private static readonly HashSet<string> Views = new(StringComparer.Ordinal)
    {
        "SET", "DROP TABLE", "DROP VIEW", "CREATE VIEW", "CREATE TABLE", "COMMIT",
    };

    private static readonly HashSet<string> Whole = new([.. Tables, .. OtherRows, .. Programs, .. Views], StringComparer.Ordinal);

    /// <summary>Whether a part may hold a statement.</summary>
    /// <param name="part">The part.</param>
    /// <param name="statement">The statement, such as <c>CREATE TABLE</c>.</param>
    internal static bool May(SnapshotPart part, string statement) => Of(part).Contains(statement);

    private static HashSet<string> Of(SnapshotPart part) => part switch
    {
        SnapshotPart.Whole => Whole,
        SnapshotPart.Tables => Tables,
        SnapshotPart.Rows => MyDumperRows,
        SnapshotPart.OtherRows => OtherRows,
        SnapshotPart.Routines => Programs,
        SnapshotPart.Views => Views,
        _ => [],
    };
}
