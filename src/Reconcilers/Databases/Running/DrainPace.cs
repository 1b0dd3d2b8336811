namespace Drydock.Reconcilers.Databases;

/// <summary>How far a drain is, for people: leaders at the start and now, their rate, and the expected end. The text
/// stays the same while no leader leaves: nothing is written to the status only because time passes.</summary>
internal sealed class DrainPace
{
    // Over a shorter time the rate says nothing; a later end is no expectation.
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    private (long Leaders, string Text)? _last;

    public string Describe(long before, long leaders, TimeSpan taken, DateTimeOffset now)
    {
        if (_last?.Leaders != leaders)
        {
            _last = (leaders, Compose(before, leaders, taken, now));
        }

        return _last.Value.Text;
    }

    private static string Compose(long before, long leaders, TimeSpan taken, DateTimeOffset now)
    {
        var left = before > leaders
            ? string.Create(CultureInfo.InvariantCulture, $"{leaders} of {before} leaders left")
            : string.Create(CultureInfo.InvariantCulture, $"{leaders} leaders left");
        var perSecond = taken < Shortest ? 0 : (before - leaders) / taken.TotalSeconds;
        if (perSecond * Longest.TotalSeconds <= leaders)
        {
            return $"{left}.";
        }

        var end = now.AddSeconds(leaders / perSecond).ToUniversalTime();
        var (rate, unit) = perSecond >= 1 ? (perSecond, "s") : (60 * perSecond, "min");
        return string.Create(
            CultureInfo.InvariantCulture, $"{left}, {rate:0.#}/{unit}, expected to end at {end:yyyy-MM-dd HH:mm}Z.");
    }
}
