namespace Drydock.Reconcilers.DatabaseRollingUpgrades.Access;

/// <summary>What a process answered over HTTP. Status 200 is no success by itself (facts §0.1): the body must be what is expected.</summary>
/// <param name="Status">The status code.</param>
/// <param name="ContentType">The media type, without parameters.</param>
/// <param name="Body">The whole body.</param>
public sealed record ServiceAnswer(int Status, string? ContentType, string Body);
