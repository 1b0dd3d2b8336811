namespace Drydock.Reconcilers.DatabaseRollingUpgrades.Access;

/// <summary>An answer of a process over HTTP. Status 200 is no success by itself (facts §0.1).</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Body">Its body.</param>
public sealed record ServiceAnswer(int Status, string? ContentType, string Body);
