namespace Drydock.Benchmarks;

/// <summary>
/// A folder with a mysqldump that takes as long as a large database would and then runs the real one. Shell and
/// operator both find it in PATH.
/// </summary>
internal static class SlowTools
{
    public static string Make(string folder, Durations durations)
    {
        Directory.CreateDirectory(folder);
        var script = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            #!/bin/bash
            case "$*" in
              *rm_340*) sleep {durations.Dump("rm_340")} ;;
              *cm_hb_340*|*cm_340*) sleep {durations.Dump("cm_340")} ;;
            esac
            exec /usr/bin/mysqldump "$@"

            """);
        var path = Path.Combine(folder, "mysqldump");
        File.WriteAllText(path, script);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        return folder + ":" + Environment.GetEnvironmentVariable("PATH");
    }
}
