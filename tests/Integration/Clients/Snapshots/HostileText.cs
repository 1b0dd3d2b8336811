namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>Values made of what trips readers of SQL.</summary>
internal static class HostileText
{
    private static readonly string[] Pieces =
    [
        "'", "''", "\\", "\\'", "\\\\", "\"", "`", "),(", ");", ";", ";;", "(", ")", ",", "\n", "\r\n", "\0", "\u001a",
        "-- ", "--", "#", "/*", "*/", "/*!50001 ",
        "INSERT INTO `t` VALUES (1),(2);\n", "\n-- Dump completed on 2024-01-01\n", "DELIMITER ;;\n", "0x00", "NULL",
        "b'1'", "_binary '", "x", "心跳", "😀", "é", " ", "\t", "%", "\u007f",
    ];

    internal static string Next(Random random)
    {
        var text = new StringBuilder();
        var count = random.Next(0, 30);
        for (var i = 0; i < count; i++)
        {
            text.Append(Pieces[random.Next(Pieces.Length)]);
        }

        return text.ToString();
    }

    internal static byte[] Bytes(Random random, int max, bool exact = false)
    {
        var bytes = new byte[exact ? max : random.Next(0, max)];
        random.NextBytes(bytes);
        return bytes;
    }
}
