namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>New files of monitoring services on a host. Pure.</summary>
internal static class MonitoringFiles
{
    /// <summary>What is wrong with a new file: whole sentences. Null if it is as the spec says.</summary>
    /// <param name="sha256">Its SHA-256; null if it does not exist.</param>
    public static string? Problem(string host, ReplacedFile file, string? sha256) => sha256 switch
    {
        null => $"{file.From} does not exist on {host}. Copy it there, or correct spec.tidb.monitoring[].files[].from.",
        _ when sha256 != file.Sha256 =>
            $"{file.From} on {host} has SHA-256 {sha256}, expected {file.Sha256}. Copy the right file there, or "
            + "correct spec.tidb.monitoring[].files[].sha256.",
        _ => null,
    };
}
