namespace Drydock.Lab;

/// <summary>A wall clock that is wrong, for one process (libfaketime). Waits and the monotonic clock stay
/// true.</summary>
public static class WrongClock
{
    /// <summary>The environment of a process whose clock is wrong from its start.</summary>
    public static Dictionary<string, string?> By(TimeSpan offset)
    {
        var environment = Library();
        environment["FAKETIME"] = Text(offset);
        return environment;
    }

    /// <summary>The environment of a process whose clock follows a file (<see cref="Set"/>), right at first.</summary>
    public static Dictionary<string, string?> InFile(string path)
    {
        Set(path, TimeSpan.Zero);
        var environment = Library();
        environment["FAKETIME_TIMESTAMP_FILE"] = path;
        environment["FAKETIME_NO_CACHE"] = "1";
        return environment;
    }

    /// <summary>Lets the clock of a running process jump to this offset from the true time.</summary>
    public static void Set(string path, TimeSpan offset)
    {
        File.WriteAllText(path + ".new", Text(offset));
        File.Move(path + ".new", path, overwrite: true);
    }

    private static string Text(TimeSpan offset) =>
        FormattableString.Invariant($"{(offset < TimeSpan.Zero ? "" : "+")}{offset.TotalSeconds:0}");

    private static Dictionary<string, string?> Library() => new(StringComparer.Ordinal)
    {
        ["LD_PRELOAD"] = Directory.EnumerateFiles(
            "/usr/lib", "libfaketimeMT.so.1",
            new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 }).First(),
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
    };
}
