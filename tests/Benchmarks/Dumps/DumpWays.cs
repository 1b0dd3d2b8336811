namespace Drydock.Benchmarks;

/// <summary>The compared ways, with their names in the tables.</summary>
internal static class DumpWays
{
    public const string Operator = "**operator**";

    public const string SameCompressor = "plain tool, the same compressor, sha256sum";

    public const string Gzip = "plain tool, gzip -1, sha256sum";

    public const string MySqlRaw = "`mysql <` the uncompressed SQL";

    public const string MySql = "plain: sha256sum, decompress, `mysql`";

    public const string MyLoader = "plain: decompress, `myloader`";

    public const string OperatorMySql = "**operator**, snapshot by mysqldump";

    public const string OperatorMyDumper = "**operator**, snapshot by mydumper";
}
