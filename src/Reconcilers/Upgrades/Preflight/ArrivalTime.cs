namespace Drydock.Reconcilers.Upgrades;

/// <summary>The first minutes of an object, in which a Secret or a BackupSnapshot that it names may still be created:
/// by the same sync of a GitOps tool, or by a controller that copies Secrets from a vault. Until then the object waits,
/// and a tool that waits for it does not take it for failed. Pure.</summary>
internal static class ArrivalTime
{
    public static TimeSpan Length { get; } = TimeSpan.FromMinutes(2);

    public static DateTimeOffset? EndsAt(V1ObjectMeta metadata, IReadOnlyList<Finding> findings, DateTimeOffset now) =>
        findings.Count > 0 && findings.All(f => f.Reason is Reasons.SecretMissing or Reasons.SnapshotMissing)
            ? EndsAt(metadata, now)
            : null;

    public static DateTimeOffset? EndsAt(V1ObjectMeta metadata, DateTimeOffset now) =>
        metadata.CreationTimestamp + Length is { } ends && ends > now ? ends : null;

    public static string Describe(DateTimeOffset ends) => string.Create(
        CultureInfo.InvariantCulture,
        $"The operator continues automatically once it exists, and reports a failure after "
        + $"{ends.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z.");
}
