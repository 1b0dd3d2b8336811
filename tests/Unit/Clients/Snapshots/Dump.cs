namespace Drydock.Tests.Unit.Clients.Snapshots;

/// <summary>Dumps as mariadb-dump writes them, and what is counted in them.</summary>
internal static class Dump
{
    internal const string Head = """
        /*M!999999\- enable the sandbox mode */ 
        -- MariaDB dump 10.19  Distrib 10.11.19-MariaDB
        --
        /*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;

        """;

    internal const string Trailer =
        "\n/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;\n\n-- Dump completed on 2024-01-01  1:01:01\n";

    /// <summary>Reads it in pieces of this many bytes.</summary>
    internal static DumpSummary Read(string sql, int piece)
    {
        var counter = new DumpCounter();
        foreach (var part in Encoding.UTF8.GetBytes(sql).Chunk(piece))
        {
            counter.Push(part);
        }

        return counter.Finish();
    }
}
