using System.Diagnostics;
using k8s;
using k8s.Models;

namespace Drydock.Cli.Diagnosis;

/// <summary>Looks, in this order, at the API server, the CRDs, the operator's pods, its Lease, the clocks, the storage
/// roots and the rights of this user. What cannot be read is a note: nothing is concluded from it.</summary>
internal sealed class Doctor(Invocation invocation, k8s.Kubernetes server, string operatorNamespace)
{
    // The Date of an answer has whole seconds, and the answer takes its time.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);
    private static readonly string[] Runs = [OmsUpgrade.Plural, DatabaseRollingUpgrade.Plural];
    private static readonly string[] Rights = ["get", "list", "watch", "create", "patch", "delete"];
    private const string Network = "Check --kubeconfig, --context and the network.";
    private readonly Installation _installation = new(invocation, server, operatorNamespace);

    public async Task<IReadOnlyList<Check>> LookAsync(CancellationToken cancellationToken)
    {
        var reached = await TryAsync("api-server", ServerAsync, cancellationToken);
        if (reached is not [{ Result: CheckResult.Good }])
        {
            return [.. reached.Select(c => Check.Broken(c.Name, c.Message, Network))];
        }

        var pods = new List<V1Pod>();
        return
        [
            .. reached,
            .. await TryAsync(
                "crds",
                async token => [Installation.Judge(await _installation.ReadSchemasAsync(token))],
                cancellationToken),
            .. await TryAsync("operator", token => PodsAsync(pods, token), cancellationToken),
            .. await TryAsync("lease", token => LeaseAsync(pods, token), cancellationToken),
            .. await TryAsync("storage", token => StorageAsync(pods, token), cancellationToken),
            .. await TryAsync("rights", RightsAsync, cancellationToken),
        ];
    }

    private async Task<IReadOnlyList<Check>> TryAsync(
        string name, Func<CancellationToken, Task<IReadOnlyList<Check>>> look, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<Check> checks = [];
            await invocation.LookAsync(async limit => checks = await look(limit), cancellationToken);
            return checks;
        }
        catch (Exception refused) when (Failures.IsShown(refused))
        {
            var isAnswered = refused is KubernetesApiException or k8s.Autorest.HttpOperationException;
            var why = Failures.Explain(refused);
            return [isAnswered ? Check.Note(name, why) : Check.Broken(name, why, Network)];
        }
    }

    private async Task<IReadOnlyList<Check>> ServerAsync(CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var version = await server.Version.GetCodeAsync(cancellationToken);
        var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        return
        [
            Check.Good(
                "api-server",
                $"Kubernetes {version.GitVersion} at {invocation.Configuration.Host} answered in {took:0} ms."),
        ];
    }

    private async Task<IReadOnlyList<Check>> PodsAsync(List<V1Pod> pods, CancellationToken cancellationToken)
    {
        pods.AddRange(await _installation.ReadPodsAsync(cancellationToken));
        if (pods.Count == 0)
        {
            return
            [
                Check.Broken(
                    "operator",
                    $"No pod of the operator in namespace {operatorNamespace}.",
                    "Install it, or name its namespace with --operator-namespace."),
            ];
        }

        return [.. pods.SelectMany(Judge)];
    }

    private IEnumerable<Check> Judge(V1Pod pod)
    {
        var name = pod.Metadata.Name;
        var state = pod.Status?.ContainerStatuses?.FirstOrDefault();
        var isReady = pod.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;
        var why = state?.State?.Waiting is { } waiting ? $"{waiting.Reason}: {waiting.Message}"
            : state?.LastState?.Terminated is { } ended ? $"its container ended with {ended.ExitCode} ({ended.Reason})"
            : pod.Status?.Phase ?? "it has not been seen yet";
        yield return isReady
            ? Check.Good("operator", $"Pod {name} is ready and runs {Installation.ImageOf(pod)}.")
            : Check.Broken(
                "operator",
                $"Pod {name} is not ready: {Sentences.Close(why)}",
                $"Read `kubectl -n {operatorNamespace} logs {name}{invocation.ConnectionOptions}`.");
        if (Installation.VersionOf(pod) is { } version && Installation.Skew(version) is { } skew)
        {
            yield return skew;
        }
    }

    private async Task<IReadOnlyList<Check>> LeaseAsync(List<V1Pod> pods, CancellationToken cancellationToken)
    {
        const string Name = "lease";
        var lease = await _installation.ReadLeaseAsync(cancellationToken);
        var now = invocation.Kubernetes.ServerTime ?? invocation.Now;
        if (Installation.HolderOf(lease) is not { } holder || lease?.Spec?.RenewTime is not { } renewed)
        {
            return
            [
                Check.Broken(
                    Name,
                    $"No operator leads: the Lease in {operatorNamespace} has no holder. Nothing is carried out.",
                    invocation.HowToFindOperator),
                .. Clocks(now, null),
            ];
        }

        var age = now - new DateTimeOffset(renewed.ToUniversalTime());
        var limit = TimeSpan.FromSeconds(lease.Spec.LeaseDurationSeconds ?? 0);
        var told = $"{holder} holds it and renewed it {Texts.Duration(Math.Max(age.TotalSeconds, 0))} ago";
        return
        [
            age > limit
                ? Check.Broken(
                    Name,
                    $"No operator leads: {told}, which is more than {Texts.Duration(limit.TotalSeconds)}.",
                    invocation.HowToFindOperator)
                : pods.Count > 0 && pods.TrueForAll(p => p.Metadata.Name != holder)
                ? Check.Note(Name, $"{told}, but is no pod of the operator. Another one leads after that time.")
                : Check.Good(Name, $"{told}."),
            .. Clocks(now, age),
        ];
    }

    // Server and Lease tell of the clocks of the API server and of the operator's node.
    private IEnumerable<Check> Clocks(DateTimeOffset now, TimeSpan? age)
    {
        const string Remedy = "Set both clocks by NTP: ages, windows and deadlines depend on them.";
        var ahead = invocation.Now - now;
        yield return ahead.Duration() > ClockTolerance
            ? Check.Broken(
                "clocks",
                $"The clock of this machine is {Texts.Duration(ahead.Duration().TotalSeconds)} "
                    + $"{(ahead > TimeSpan.Zero ? "ahead of" : "behind")} that of the API server.",
                Remedy)
            : Check.Good("clocks", "This machine and the API server have the same time.");
        if (age < -ClockTolerance)
        {
            yield return Check.Broken(
                "clocks",
                $"The clock of the operator is {Texts.Duration(-age.Value.TotalSeconds)} ahead of that of the API "
                    + "server.",
                Remedy);
        }
    }

    private async Task<IReadOnlyList<Check>> StorageAsync(List<V1Pod> pods, CancellationToken cancellationToken)
    {
        const string Option = "--storage-root=";
        if (pods is not [var pod, ..])
        {
            return [];
        }

        var container = pod.Spec.Containers[0];
        var roots = (container.Args ?? []).Where(a => a.StartsWith(Option, StringComparison.Ordinal))
            .Select(a => a[Option.Length..]).ToList();
        List<Check> checks = [];
        foreach (var root in roots)
        {
            var mount = (container.VolumeMounts ?? []).Where(m => root == m.MountPath
                    || root.StartsWith($"{m.MountPath.TrimEnd('/')}/", StringComparison.Ordinal))
                .MaxBy(m => m.MountPath.Length);
            var volume = pod.Spec.Volumes?.FirstOrDefault(v => v.Name == mount?.Name);
            checks.Add(await JudgeAsync(root, volume, cancellationToken));
        }

        return checks.Count > 0 ? checks
            : [Check.Note("storage", "The operator has no --storage-root: backups need storage.s3.")];
    }

    private async Task<Check> JudgeAsync(string root, V1Volume? volume, CancellationToken cancellationToken)
    {
        const string Name = "storage";
        if (volume is null || volume.EmptyDir is not null)
        {
            return Check.Broken(
                Name,
                $"{root} is part of the operator's pod: backups in it are lost with the pod.",
                "Mount a PersistentVolumeClaim there.");
        }

        if (volume.PersistentVolumeClaim?.ClaimName is not { } claim)
        {
            return Check.Good(Name, $"{root} is on volume {volume.Name}.");
        }

        var phase = (await server.CoreV1.ReadNamespacedPersistentVolumeClaimAsync(
            claim, operatorNamespace, cancellationToken: cancellationToken)).Status?.Phase;
        return phase == "Bound"
            ? Check.Good(Name, $"{root} is on PersistentVolumeClaim {claim}, which is bound.")
            : Check.Broken(
                Name,
                $"{root} is on PersistentVolumeClaim {claim}, which is {phase ?? "not bound"}.",
                $"Read `kubectl -n {operatorNamespace} describe pvc {claim}{invocation.ConnectionOptions}`.");
    }

    // Without the rights to look nothing works; without those to change, the user may still be right.
    private async Task<IReadOnlyList<Check>> RightsAsync(CancellationToken cancellationToken)
    {
        const string Name = "rights";
        var space = invocation.Namespace;
        List<KubernetesRequest> missing = [];
        foreach (var (plural, verb) in Runs.SelectMany(plural => Rights.Select(verb => (plural, verb))))
        {
            var review = await server.AuthorizationV1.CreateSelfSubjectAccessReviewAsync(
                new V1SelfSubjectAccessReview
                {
                    Spec = new V1SelfSubjectAccessReviewSpec
                    {
                        ResourceAttributes = new V1ResourceAttributes
                        {
                            Group = ApiGroup.Name,
                            Resource = plural,
                            Verb = verb,
                            NamespaceProperty = space,
                        },
                    },
                },
                cancellationToken: cancellationToken);
            if (review.Status?.Allowed != true)
            {
                missing.Add(new KubernetesRequest(verb, ApiGroup.Name, plural, space, null));
            }
        }

        return missing.Count == 0
            ? [Check.Good(Name, $"You may read, approve and check upgrades in namespace {space}.")]
            : [.. missing.GroupBy(m => m.IsRead).OrderBy(g => !g.Key).Select(g => Judge(g.Key, [.. g]))];

        Check Judge(bool isRead, IReadOnlyList<KubernetesRequest> lacking)
        {
            var what = Sentences.List([.. lacking.Select(m => $"{m.Verb} {m.Resource}")], lacking.Count);
            var told = $"In namespace {space} you may not {what}.";
            return isRead
                ? Check.Broken(Name, told, Failures.Remedy(lacking[0]))
                : Check.Note(Name, $"{told} You can look, but not approve or check. {Failures.Remedy(lacking[0])}");
        }
    }
}
