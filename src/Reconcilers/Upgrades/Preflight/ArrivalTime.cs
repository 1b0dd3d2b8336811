using System.Globalization;
using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// The first minutes of an object, in which a Secret or a BackupSnapshot that it names may still be created: by the
/// same sync of a GitOps tool, or by a controller that copies Secrets from a vault. Until then the object waits, and a
/// tool that waits for it does not take it for failed. Pure.
/// </summary>
internal static class ArrivalTime
{
    /// <summary>How long after its creation an object waits.</summary>
    public static TimeSpan Length { get; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// When the time ends; null if it has ended, or if something else is wrong too, which is reported at once.
    /// </summary>
    /// <param name="metadata">Metadata of the object.</param>
    /// <param name="findings">What is wrong.</param>
    /// <param name="now">The time.</param>
    public static DateTimeOffset? EndsAt(V1ObjectMeta metadata, IReadOnlyList<Finding> findings, DateTimeOffset now) =>
        findings.Count > 0 && findings.All(f => f.Reason is Reasons.SecretMissing or Reasons.SnapshotMissing)
            ? EndsAt(metadata, now)
            : null;

    /// <summary>When the time ends; null if it has ended.</summary>
    public static DateTimeOffset? EndsAt(V1ObjectMeta metadata, DateTimeOffset now) =>
        metadata.CreationTimestamp + Length is { } ends && ends > now ? ends : null;

    /// <summary>What follows when the time ends: a whole sentence.</summary>
    public static string Describe(DateTimeOffset ends) => string.Create(
        CultureInfo.InvariantCulture,
        $"The operator continues automatically once it exists, and reports a failure after "
        + $"{ends.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z.");
}
