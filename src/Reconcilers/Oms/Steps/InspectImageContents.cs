namespace Drydock.Reconcilers.Oms;

/// <summary>Checks in the created, never started container that the image contains the files the upgrade will
/// run.</summary>
/// <param name="Container">Name or id of the container.</param>
/// <param name="Paths">Absolute paths that must exist.</param>
/// <param name="Sought">Absolute paths of which one may exist already: the first start of the container may put it
/// there.</param>
internal sealed record InspectImageContents(string Container, List<string> Paths, List<string>? Sought = null) : OmsStep
{
    internal override string Verb => "contents";
    internal override int Attempts => 3;

    internal override string Title(string? node) => $"Check that the image on {node} contains the files to run";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        foreach (var path in Paths)
        {
            if (!await ExistsAsync(Docker(context), Container, path, cancellationToken))
            {
                return new Observation.Failed(
                    ReasonFor(path),
                    $"The image on {context.Node} has no {path}. {BeforeDowntime.NewAttempt(WayOut(path))}");
            }
        }

        var (docker, container) = (Docker(context), Container);
        if (Sought is not { } sought)
        {
            return new Observation.Done($"The image contains {string.Join(", ", Paths)}.");
        }

        var jar = await FirstAsync(docker, container, sought, cancellationToken);
        var there = Paths.Concat(jar is null ? [] : [jar]).ToList();
        return new Observation.Done(Sentences.Join(
            there.Count == 0 ? null : $"The image contains {string.Join(", ", there)}.",
            jar is null ? NotYetThere(sought) : null));
    }

    internal static async Task<string?> FirstAsync(
        DockerClient docker, string container, IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        foreach (var path in paths)
        {
            if (await ExistsAsync(docker, container, path, cancellationToken))
            {
                return path;
            }
        }

        return null;
    }

    internal static string NotYetThere(IEnumerable<string> sought) =>
        $"The image has no correction JAR in {string.Join(", ", sought.Select(JarLocation.DirectoryOf))}; its "
        + "containers may put it in place when they start. The operator looks for it again in the running container, "
        + "and ends there with JarMissing before it runs anything; spec.correction.archive ships it beside the image.";

    internal static async Task<bool> ExistsAsync(
        DockerClient docker, string container, string path, CancellationToken cancellationToken) =>
        await docker.Containers.FindAsync(container, path, cancellationToken) is not null;

    internal static string ReasonFor(string path) =>
        path == DockerInit.ScriptPath ? Reasons.ImageUnsuitable : Reasons.JarMissing;

    internal static string WayOut(string path) => path == DockerInit.ScriptPath
        ? "correct spec.image or the archive, because this is not an OMS image"
        : "remove spec.correction.jarPath so that the operator looks for it, correct it, or ship the JAR with "
            + "spec.correction.archive";
}
