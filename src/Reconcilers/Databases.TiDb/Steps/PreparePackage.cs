using Drydock.Clients.Remote;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Brings the new version to a host, or a few, beside the old one, and has every program say its version (<c>-V</c>).
/// The checksums of the programs are its facts: by them the running process is told from the old one later.
/// </summary>
internal sealed class PreparePackage(ITiDbTargets targets) : TiDbStep(targets)
{
    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var host in Hosts(context))
        {
            var request = Spec.Package(host);
            var state = await Targets.Hosts.Files(host).PackageAsync(request, cancellationToken);
            if (!state.IsComplete)
            {
                return state.IsWrong
                    ? throw new StepActionException(Reasons.PackageCorrupt, $"{host}: {state.Problem}", retryable: false)
                    : new Observation.NotStarted($"{host}: {state.Problem}");
            }

            foreach (var program in request.Programs)
            {
                if (await WrongVersionAsync(host, program, cancellationToken) is { } wrong)
                {
                    return new Observation.Failed(Reasons.VersionMismatch, wrong);
                }

                var sha = state.Programs.GetValueOrDefault(program) ?? throw new StepActionException(Reasons.PackageMissing, $"{host}: {program} is not in {Spec.Package.Directory}/bin");
                if (facts.TryGetValue(program, out var other) && other != sha)
                {
                    return new Observation.Failed(Reasons.PackageCorrupt, $"{program} on {host} is another file than on {Hosts(context)[0]}; copy the same package to all hosts");
                }

                facts[program] = sha;
            }
        }

        return new Observation.Done($"{string.Join(", ", facts.Keys)} {Spec.ToVersion}", facts);
    }

    /// <inheritdoc />
    protected override async Task CarryOutAsync(StepContext context, CancellationToken cancellationToken)
    {
        foreach (var host in Hosts(context))
        {
            Targets.EnsureMayAct();
            await Targets.Hosts.Files(host).PreparePackageAsync(Spec.Package(host), progress: null, cancellationToken);
        }
    }

    private async Task<string?> WrongVersionAsync(string host, string program, CancellationToken cancellationToken)
    {
        var path = Spec.NewProgram(program);
        var result = await Targets.Hosts.Files(host).RunAsync(new RemoteCommand(path, "-V"), cancellationToken);
        var version = ToolOutput.Version(result.Output + "\n" + result.Errors);
        return version is not null && TiDbVersion.Same(version, Spec.ToVersion)
            ? null
            : $"{path} -V on {host} says {version ?? StrictJson.Words(result.Output + result.Errors)}, expected {Spec.ToVersion} (spec.toVersion); give the right package";
    }

    private static string[] Hosts(StepContext context) => context.Parameter("hosts").Split(',');
}
