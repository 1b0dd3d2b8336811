namespace Drydock.Reconcilers.Oms;

/// <summary>The <c>ha.config</c> row as it was read.</summary>
/// <param name="Present">False if there is no row or no such table (OMS up to 3.3.0): HA is off then.</param>
/// <param name="Raw">The text of <c>cfg_value</c>, unchanged; null if there is no row.</param>
/// <param name="TablePresent">False if even the table does not exist.</param>
internal sealed record HaConfigRow(bool Present, string? Raw, bool TablePresent = true);
