namespace Drydock.Benchmarks;

/// <summary>Processor seconds of a process.</summary>
/// <param name="Own">The process itself.</param>
/// <param name="Children">Its children that have ended.</param>
internal sealed record ProcessTimes(double Own, double Children)
{
    // USER_HZ is 100 on every supported Linux.
    private const double TicksPerSecond = 100;

    public static ProcessTimes operator -(ProcessTimes after, ProcessTimes before) =>
        new(after.Own - before.Own, after.Children - before.Children);

    public static ProcessTimes Of(int pid)
    {
        // The name in brackets may contain blanks. utime, stime, cutime and cstime are fields 12 to 15 after it.
        var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        double Sum(int first) => (long.Parse(fields[first], CultureInfo.InvariantCulture) + long.Parse(
            fields[first + 1], CultureInfo.InvariantCulture)) / TicksPerSecond;
        return new ProcessTimes(Sum(11), Sum(13));
    }
}
