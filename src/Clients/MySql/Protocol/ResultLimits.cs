namespace Drydock.Clients.MySql.Protocol;

/// <summary>How the results of one command are read.</summary>
/// <param name="TinyAsBoolean"><c>tinyint(1)</c> reads as <see cref="bool"/>.</param>
/// <param name="Rows">Rows of all results together; 0 for any number.</param>
/// <param name="Bytes">Bytes of all rows together; 0 for any number.</param>
internal sealed record ResultLimits(
    bool TinyAsBoolean, long Rows = MySqlCommand.DefaultMaximumRows, long Bytes = MySqlCommand.DefaultMaximumBytes);
