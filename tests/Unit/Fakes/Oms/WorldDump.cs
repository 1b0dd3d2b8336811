namespace Drydock.Tests.Unit.Fakes;

/// <summary>What a dump of all databases holds.</summary>
/// <param name="Contents">Of which version they are.</param>
/// <param name="HaConfig">The row ha.config; null if there was none.</param>
/// <param name="HeartbeatRows">Rows of heatbeat_sequence by database.</param>
/// <param name="Projects">The projects.</param>
/// <param name="NewestId">The newest id of heatbeat_sequence.</param>
internal sealed record WorldDump(
    string Contents,
    string? HaConfig,
    IReadOnlyList<(string Database, long Rows)> HeartbeatRows,
    IReadOnlyList<OmsProject> Projects,
    long NewestId);
