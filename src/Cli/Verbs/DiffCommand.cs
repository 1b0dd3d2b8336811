using System.Globalization;
using Drydock.Cli.Manifests;
using Drydock.Cli.Plans;
using Spectre.Console;
using YamlDotNet.Core;

namespace Drydock.Cli.Verbs;

/// <summary>Shows what differs between two plans: of one object, of two, or of files.</summary>
internal static class DiffCommand
{
    public static Command Create(VerbRunner runner)
    {
        var first = new Argument<string>("PLAN")
        {
            Description = "NAME (its last plan), NAME:NUMBER, or a file that `plan -o json` wrote.",
            HelpName = "PLAN",
        };
        first.CompletionSources.Add(runner.CompleteNames);
        var second = SharedOptions.OptionalArgument(
            "OTHER",
            "As PLAN, or a NUMBER of the same upgrade. Default: its last plan.",
            runner.CompleteNames);
        var command = new Command("diff", "Compares two plans. Exit code 3: no plan yet.") { first, second };
        runner.Set(command, async (invocation, parsed, cancellationToken) =>
        {
            var before = await FindAsync(invocation, first.Name, parsed.GetValue(first)!, cancellationToken);
            var after = parsed.GetValue(second) switch
            {
                null when before.Run is { } run => Of(run, null) is var last && last.Plan.Number != before.Plan.Number
                    ? last
                    : throw new CliException($"{before.Title} is its last one. Name OTHER."),
                { } text when Number(text) is { } number && before.Run is { } run => Of(run, number),
                { } text => await FindAsync(invocation, second.Name, text, cancellationToken),
                null => throw new CliException("OTHER is missing: a file has no last plan."),
            };
            invocation.Console.MarkupLine(
                $"{Texts.Escape(before.Title)} ({Word.Prefix(before.Plan.Hash)}) → "
                + $"[bold]{Texts.Escape(after.Title)} ({Word.Prefix(after.Plan.Hash)})[/]");
            invocation.Console.MarkupLines(
                DifferenceView.Lines(before.Plan, after.Plan).DefaultIfEmpty("Both plans do the same."));
            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task<Compared> FindAsync(
        Invocation invocation, string argument, string text, CancellationToken cancellationToken)
    {
        // A name of an object has no slash but after its kind, does not begin with a dot, and may have other dots.
        if (File.Exists(text) || text is ['/' or '.', ..]
            || Path.GetExtension(text).ToLowerInvariant() is ".json" or ".yaml" or ".yml")
        {
            return new Compared($"The plan in {text}", ReadFile(argument, text), Run: null);
        }

        var (name, number) = text.Split(':', 2) switch
        {
            [var before, var after] => (before, Number(after) ?? throw new CliException(
                $"'{after}' of {argument} is no number of a plan. Expected NAME:2.")),
            _ => (text, (int?)null),
        };
        return Of(await RunLookup.FindAsync(invocation, name, cancellationToken), number);
    }

    private static Compared Of(Run run, int? number)
    {
        var plans = run.Plans.Select(p => p.Plan).ToList();
        if (plans.Count == 0)
        {
            throw new CliException($"{run.FullName} has no plan yet.", ExitCodes.NoPlan);
        }

        var plan = number is null ? plans[^1] : plans.Find(p => p.Number == number);
        return plan is not null
            ? new Compared($"Plan {plan.Number} of {run.FullName}", plan, run)
            : throw new CliException(
                $"{run.FullName} has no plan {number}. There are: {string.Join(", ", plans.Select(p => p.Number))}.");
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    // The last of the plans that -o json or -o yaml wrote.
    private static PlanProgress ReadFile(string argument, string path)
    {
        try
        {
            var read = Yaml.Read(UserFile.Use(argument, path, File.ReadAllText)) is [var first, ..] ? first : null;
            var document = read is JsonArray { Count: > 0 } plans ? plans[^1] : read;
            var misfits = new Misfits(typeof(StoredPlan), CrdsJsonContext.Default.Options);
            if (document is not null && misfits.Of(document).FirstOrDefault() is { } misfit)
            {
                throw NoPlan(path, misfit);
            }

            return document is not null
                && StoredRun.Read(JsonElement.Parse(document.ToJsonString())) is { Steps.Count: > 0 } plan
                ? plan
                : throw NoPlan(path, "it has no steps.");
        }
        catch (Exception broken) when (broken is JsonException or YamlException or FormatException)
        {
            throw NoPlan(path, broken switch
            {
                YamlException yaml => $"line {yaml.Start.Line}: {yaml.Message}",
                FormatException => broken.Message,
                _ => "a value is missing.",
            });
        }
    }

    private static CliException NoPlan(string path, string why) =>
        new($"{path} is not a plan: {why} Write one with `plan NAME -o json`.");

    private sealed record Compared(string Title, PlanProgress Plan, Run? Run);
}
