using Drydock.Cli.Diagnosis;
using V1Lease = k8s.Models.V1Lease;
using V1Pod = k8s.Models.V1Pod;

namespace Drydock.Cli.Verbs;

/// <summary>The releases of plugin, operator and CRDs. What cannot be read is said, and is no failure.</summary>
internal static class VersionCommand
{
    public static Command Create(VerbRunner runner)
    {
        var space = SharedOptions.OperatorNamespace();
        var output = OutputFormats.DataOption();
        var command = new Command(
            "version", "Shows the releases of plugin, operator and CRDs, and what does not fit. Needs no cluster.")
        {
            space, output,
        };
        runner.SetLocal(command, async (parsed, cancellationToken) =>
        {
            var (text, errors) = (runner.Surroundings.Output, runner.Surroundings.Errors);
            if (parsed.GetValue(output) == OutputFormat.Text)
            {
                // Before the cluster is asked: it may not answer.
                text.WriteLine($"Plugin    {Installation.Plugin}");
            }

            var view = await ReadAsync(runner.Surroundings, parsed, parsed.GetValue(space)!, cancellationToken);
            if (!OutputFormats.Print(
                runner.Surroundings, parsed.GetValue(output), view, ViewsJsonContext.Default.VersionView))
            {
                var leader = view.Leader is null ? "" : $", leader {view.Leader}";
                text.WriteLine($"Operator  {view.Operator ?? "unknown"}{leader}");
                text.WriteLine($"Schema    {view.Schema ?? "unknown"}");
                view.Problems.ToList().ForEach(errors.WriteLine);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task<VersionView> ReadAsync(
        Surroundings surroundings, ParseResult parsed, string space, CancellationToken cancellationToken)
    {
        List<string> problems = [];
        IReadOnlyList<(string Crd, string? Schema)> schemas = [];
        IReadOnlyList<V1Pod> pods = [];
        V1Lease? lease = null;
        await TryAsync(async () =>
        {
            using var invocation = new Invocation(surroundings, parsed);
            using var server = invocation.CreatePackageClient();
            var installation = new Installation(invocation, server, space);

            // One patience for all: a server that does not answer is not asked three times.
            await invocation.LookAsync(
                async limit =>
                {
                    await TryAsync(async () => schemas = await installation.ReadSchemasAsync(limit));
                    await TryAsync(async () => pods = await installation.ReadPodsAsync(limit));
                    await TryAsync(async () => lease = await installation.ReadLeaseAsync(limit));
                },
                cancellationToken);
        });
        Check?[] checks =
        [
            schemas.Count > 0 ? Installation.Judge(schemas) : null,
            pods.Select(Installation.VersionOf).FirstOrDefault() is { } version ? Installation.Skew(version) : null,
        ];
        problems.AddRange(
            checks.OfType<Check>().Where(c => c.Remedy is not null).Select(c => $"{c.Message} {c.Remedy}"));
        return new VersionView(
            Installation.Plugin,
            pods.Select(Installation.ImageOf).FirstOrDefault(),
            Installation.HolderOf(lease),
            schemas.Select(s => s.Schema).FirstOrDefault(s => s is { Length: > 0 }),
            problems);

        async Task TryAsync(Func<Task> read)
        {
            try
            {
                await read();
            }
            catch (Exception refused) when (Failures.IsShown(refused))
            {
                problems.Add(Failures.Explain(refused));
            }
        }
    }
}
