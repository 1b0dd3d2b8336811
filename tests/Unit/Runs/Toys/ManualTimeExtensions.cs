namespace Drydock.Tests.Unit.Runs.Toys;

internal static class ManualTimeExtensions
{
    /// <summary>Goes to the next timer and fires it; false if there is none before <paramref name="limit"/>.</summary>
    public static bool GoToNext(this ManualTimeProvider time, DateTimeOffset limit)
    {
        if (time.NextTimer is not { } next || time.GetUtcNow() + next > limit)
        {
            return false;
        }

        time.Advance(next > TimeSpan.Zero ? next : TimeSpan.Zero);
        return true;
    }
}
