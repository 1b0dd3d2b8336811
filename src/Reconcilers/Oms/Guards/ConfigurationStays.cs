namespace Drydock.Reconcilers.Oms;

/// <summary>config.yaml of a node keeps the values that the plan was made from, until docker_init.sh runs on it: the
/// correction JAR and docker_init.sh read it again.</summary>
/// <param name="Old">Id of the old container.</param>
/// <param name="New">Name of the new container, which has the same file.</param>
/// <param name="Values">The beginning of the checksum of each value, by key.</param>
internal sealed record ConfigurationStays(string Old, string New, SortedDictionary<string, string> Values)
    : GuardBase<IOmsTargets>
{
    private const int Longest = 1024 * 1024;

    public override async Task<GuardReading> CheckAsync(PlanGuard guard, Plan plan, CancellationToken cancellationToken)
    {
        if (plan.Step<RunDockerInit>(guard.Node!) is { } init && PlanProgress.Begun(init))
        {
            return GuardReading.Holds;
        }

        if (await ReadAsync(guard, cancellationToken) is not { } text)
        {
            // Other steps and guards report what is missing.
            return GuardReading.Holds;
        }

        var result = OmsConfig.Parse(Encoding.UTF8.GetString(text));
        var problem = result.Config is { } config
            ? Different(Values, config.PlannedValues()) is { Count: > 0 } keys
                ? $"has other values of {string.Join(", ", keys)} than when the plan was made"
                : null
            : $"cannot be used any more: {ForeignText.Words(Errors(result), SchemaLimits.Name)}";
        return problem is null
            ? GuardReading.Holds
            : GuardReading.Broken(Sentences.Join(
                $"config.yaml of {guard.Node} {problem}",
                "Put the former values back; the upgrade continues once they are there.")) with
            {
                Check = "config.yaml was changed during the upgrade and changed back: check that no program of OMS was "
                    + "started with the other values.",
            };
    }

    private static string Errors(OmsConfigResult result) => string.Join(' ', result.Errors);

    private static List<string> Different(
        SortedDictionary<string, string> planned, SortedDictionary<string, string> present) =>
    [
        .. planned.Keys.Union(present.Keys, StringComparer.Ordinal)
            .Where(key => planned.GetValueOrDefault(key) != present.GetValueOrDefault(key)),
    ];

    private async Task<byte[]?> ReadAsync(PlanGuard guard, CancellationToken cancellationToken)
    {
        foreach (var container in (string[])[Old, New])
        {
            try
            {
                return await Targets.Docker(guard.Node!).Containers.ReadFileAsync(
                    container, OmsConfig.ContainerPath, Longest, cancellationToken) ?? [];
            }
            catch (DockerNotFoundException)
            {
                // The other one has the same file.
            }
        }

        return null;
    }
}
