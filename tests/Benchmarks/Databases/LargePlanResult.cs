namespace Drydock.Benchmarks;

/// <summary>Measurements of the plan of a large database.</summary>
/// <param name="Engine">Name of the database engine.</param>
/// <param name="First">Time of the first compilation.</param>
/// <param name="Median">Median time of a compilation.</param>
/// <param name="Steps">Number of steps.</param>
/// <param name="Bytes">Size of the status with this plan when every step has ended.</param>
/// <param name="BytesWithRollback">The same after a complete rollback; null if no rollback is possible.</param>
internal sealed record LargePlanResult(
    string Engine, TimeSpan First, TimeSpan Median, int Steps, int Bytes, int? BytesWithRollback);
