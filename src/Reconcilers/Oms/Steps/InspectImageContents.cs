using Drydock.Clients.Docker;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Checks in the created, never started container that the image contains the files the upgrade will run.
/// </summary>
internal sealed class InspectImageContents(IOmsTargets targets) : OmsStep<InspectImageContents.Args>(targets)
{
    /// <param name="Container">Name or id of the container.</param>
    /// <param name="Paths">Absolute paths that must exist.</param>
    public sealed record Args(string Container, List<string> Paths);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        foreach (var path in args.Paths)
        {
            if (!await ExistsAsync(Docker(context), args.Container, path, cancellationToken))
            {
                return new Observation.Failed(
                    ReasonFor(path),
                    $"The image on {context.Node} has no {path}. {BeforeDowntime.NewAttempt(WayOut(path))}");
            }
        }

        return new Observation.Done($"The image contains {string.Join(", ", args.Paths)}.");
    }

    /// <summary>Whether a path exists in a container.</summary>
    internal static async Task<bool> ExistsAsync(
        IDockerClient docker, string container, string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var stat = await docker.Containers.GetArchiveFromContainerAsync(
                container,
                new GetArchiveFromContainerParameters { Path = path },
                statOnly: true,
                cancellationToken);
            return true;
        }
        catch (DockerNotFoundException)
        {
            // The path, or the container: the next call tells which.
            await docker.Containers.InspectContainerAsync(container, cancellationToken);
            return false;
        }
    }

    /// <summary>The reason to report for a missing path.</summary>
    internal static string ReasonFor(string path) =>
        path == DockerInit.ScriptPath ? Reasons.ImageUnsuitable : Reasons.JarMissing;

    /// <summary>What to do about a missing path, an imperative.</summary>
    internal static string WayOut(string path) => path == DockerInit.ScriptPath
        ? "correct spec.image or the archive, because this is not an OMS image"
        : "find the JAR in the image (`find / -name 'correction-*.jar'`) and correct spec.correction.jarPath and "
            + "workingDir, or use the right image";
}
