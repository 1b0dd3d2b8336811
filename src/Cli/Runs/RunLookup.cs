using System.Runtime.ExceptionServices;
using Drydock.Cli.Init;

namespace Drydock.Cli.Runs;

/// <summary>Finds the object that a user names: NAME, or KIND/NAME as kubectl takes it.</summary>
internal static class RunLookup
{
    public static async Task<Run> FindAsync(Invocation invocation, string text, CancellationToken cancellationToken)
    {
        var (kinds, name) = Parse(text);
        var address = new RunAddress(invocation.ConnectionOptions, HasKind: kinds.Count == 1);
        List<Run> found = [];
        KubernetesForbiddenException? refusal = null;
        foreach (var kind in ObjectName.IsValid(name) ? kinds : [])
        {
            try
            {
                var run = await invocation.RetryAsync(
                    limit => kind.GetAsync(invocation.Kubernetes, invocation.Namespace, name, limit),
                    cancellationToken);
                if (run is not null)
                {
                    found.Add(run with { Address = address });
                }
            }
            catch (KubernetesForbiddenException refused)
            {
                // The user may have a right to the other kind only. The refusal counts if nothing is found.
                refusal = refused;
            }
        }

        if (found.Count == 0 && refusal is not null)
        {
            ExceptionDispatchInfo.Throw(refusal);
        }

        return found switch
        {
            [var only] => only,
            [] => throw new CliException(await UnknownAsync(invocation, text, kinds, cancellationToken)),
            _ => throw new CliException(
                $"There are {found.Count} objects with the name {name} in namespace {invocation.Namespace}. Say which "
                + $"one: {string.Join(" or ", found.Select(r => $"{r.Kind.ShortName}/{name}"))}."),
        };
    }

    /// <summary>Lists the runs of all kinds, sorted by namespace and name.</summary>
    public static async Task<IReadOnlyList<Run>> ListAsync(
        Invocation invocation, RunScope scope, CancellationToken cancellationToken) =>
    [
        .. (await ListAsync(invocation, ShownKind.All, scope, cancellationToken))
            .OrderBy(r => r.Metadata.Namespace, StringComparer.Ordinal)
            .ThenBy(r => r.Metadata.Name, StringComparer.Ordinal),
    ];

    private static async Task<List<Run>> ListAsync(
        Invocation invocation, IReadOnlyList<ShownKind> kinds, RunScope scope, CancellationToken cancellationToken)
    {
        List<Run> runs = [];
        foreach (var kind in kinds)
        {
            var found = await invocation.RetryAsync(
                limit => kind.ListAsync(invocation.Kubernetes, scope, limit), cancellationToken);
            found.Unreadable.Select(missed => Failures.Explain(kind.Kind, missed)).ToList()
                .ForEach(invocation.Surroundings.Errors.WriteLine);
            runs.AddRange(found.Runs);
        }

        return runs;
    }

    private static (IReadOnlyList<ShownKind> Kinds, string Name) Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return (ShownKind.All, text);
        }

        var kind = ShownKind.All.FirstOrDefault(k => k.IsNamed(text[..slash]))
            ?? throw new CliException(
                $"'{text[..slash]}' is not a kind of upgrade. Expected NAME, "
                + $"{string.Join(" or ", ShownKind.All.Select(k => $"{k.ShortName}/NAME"))}.");
        return text[(slash + 1)..] is { Length: > 0 } name
            ? ([kind], name)
            : throw new CliException($"'{text}' has no name. Expected {kind.ShortName}/NAME.");
    }

    private static async Task<string> UnknownAsync(
        Invocation invocation, string text, IReadOnlyList<ShownKind> kinds, CancellationToken cancellationToken)
    {
        var message = $"There is no upgrade {text} in namespace {invocation.Namespace}.";
        var runs = await ListAsync(
            invocation, kinds, new RunScope(invocation.Namespace), cancellationToken);
        var names = runs.ConvertAll(r => r.Metadata.Name);
        return names.Count == 0
            ? $"{message} The namespace has no upgrade at all. Choose another one with -n."
            : $"{message} There are: {Sentences.List(names, 8)}.";
    }
}
