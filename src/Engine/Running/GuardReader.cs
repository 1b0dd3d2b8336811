namespace Drydock.Engine.Running;

/// <summary>Reads the guards in force.</summary>
internal static class GuardReader
{
    /// <summary>The guards that do not hold. A guard that cannot be read does not hold.</summary>
    public static async Task<IReadOnlyList<GuardBreach>> ReadAsync(
        RunEnvironment environment, Plan plan, string? aboutToAct, CancellationToken cancellationToken)
    {
        var readings = await Task.WhenAll(
            GuardScope.InForce(plan, aboutToAct)
                .Select(guard => ReadAsync(environment, plan, guard, cancellationToken)));
        return [.. readings.Where(b => b.State != GuardState.Holds)];
    }

    private static async Task<GuardBreach> ReadAsync(
        RunEnvironment environment, Plan plan, PlanGuard guard, CancellationToken cancellationToken)
    {
        GuardReading reading;
        try
        {
            reading = await environment.Catalog.Guard(guard).CheckAsync(guard, plan, cancellationToken);
            reading = GuardRecords.IsAccepted(guard, reading) ? GuardReading.Holds : reading;
        }
        catch (Exception exception) when (
            exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            reading = GuardReading.Unreadable(exception.Message);
        }

        return new GuardBreach(guard.Id, reading with { Message = environment.Redact(reading.Message) });
    }
}
