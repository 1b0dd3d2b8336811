namespace Drydock.Benchmarks;

/// <summary>What the plan of a large database takes.</summary>
/// <param name="Engine">Which.</param>
/// <param name="First">Compiling it the first time.</param>
/// <param name="Median">Compiling it, usually.</param>
/// <param name="Steps">How many steps it has.</param>
/// <param name="Bytes">The status with it when every step has ended.</param>
/// <param name="BytesWithRollback">The same when every step was taken back; null if there is no way back.</param>
internal sealed record LargePlanResult(
    string Engine, TimeSpan First, TimeSpan Median, int Steps, int Bytes, int? BytesWithRollback);
