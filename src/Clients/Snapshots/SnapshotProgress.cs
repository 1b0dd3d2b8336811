using System.Globalization;

namespace Drydock.Clients.Snapshots;

/// <summary>How far one database of a snapshot is.</summary>
/// <param name="Database">Which.</param>
/// <param name="Stage">What is done with it.</param>
/// <param name="RawBytes">Bytes of SQL so far in this stage.</param>
/// <param name="StoredBytes">Bytes as they are stored, compressed and maybe encrypted, so far in this stage.</param>
/// <param name="BytesPerSecond">SQL bytes a second, over about the last five seconds; 0 until that is known.</param>
public sealed record SnapshotProgress(
    string Database, SnapshotStage Stage, long RawBytes, long StoredBytes, double BytesPerSecond = 0)
{
    /// <summary>For people: <c>Dumping 1.5 GiB, 48.2 MiB/s</c>.</summary>
    public string Describe() =>
        BytesPerSecond >= 1 ? $"{Stage} {Size(RawBytes)}, {Size(BytesPerSecond)}/s" : $"{Stage} {Size(RawBytes)}";

    private static string Size(double bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var unit = 0;
        while (bytes >= 1024 && unit < units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{Math.Round(bytes, unit == 0 ? 0 : 1)} {units[unit]}");
    }
}
