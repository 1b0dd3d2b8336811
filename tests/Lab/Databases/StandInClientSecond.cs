namespace Drydock.Lab.Databases;

/// <summary>What a client saw in one second.</summary>
/// <param name="At">The end of the second.</param>
/// <param name="Reads">Reads that were asked for.</param>
/// <param name="Writes">Writes that were asked for.</param>
/// <param name="Retries">Answers that sent it elsewhere or told it to come again.</param>
/// <param name="Failures">Requests that were given up.</param>
/// <param name="Lost">Reads that did not find what had been acknowledged.</param>
/// <param name="SlowestMs">The slowest request, in milliseconds.</param>
/// <param name="Example">Of a failure.</param>
public sealed record StandInClientSecond(DateTimeOffset At, int Reads, int Writes, int Retries, int Failures, int Lost, long SlowestMs, string? Example = null);
