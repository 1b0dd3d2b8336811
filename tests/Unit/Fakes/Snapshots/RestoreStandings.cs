namespace Drydock.Tests.Unit.Fakes;

/// <summary>Conditions as the tests name them.</summary>
internal static class RestoreStandings
{
    /// <summary>Status and reason of a condition.</summary>
    public static string Standing(this SnapshotRestoreStatus status, string type) =>
        status.Conditions.Find(c => c.Type == type) is { } condition
            ? $"{condition.Status}/{condition.Reason}"
            : "none";
}
