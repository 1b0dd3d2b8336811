using Drydock.Cli.Diagnosis;

namespace Drydock.Cli.Verbs;

/// <summary>Looks at the installation, and after an upgrade at what could start the old version.</summary>
internal static class DoctorCommand
{
    public static Command Create(VerbRunner runner)
    {
        var name = SharedOptions.OptionalArgument(
            SharedOptions.Run,
            "Name of an upgrade that has ended, or KIND/NAME: what could start the former version?",
            runner.CompleteNames);
        var space = SharedOptions.OperatorNamespace();
        var output = OutputFormats.DataOption();
        var command = new Command(
            "doctor",
            "Looks for what is broken: API server, CRDs, operator, clocks, storage, your rights. Exit code 4: "
                + "something is.")
        {
            name, space, output,
        };
        runner.Set(command, async (invocation, parsed, cancellationToken) =>
        {
            using var server = invocation.CreatePackageClient();
            var checks = await new Doctor(invocation, server, parsed.GetValue(space)!).LookAsync(cancellationToken);
            if (parsed.GetValue(name) is { } run && checks.Count > 1)
            {
                checks = [.. checks, .. OldVersion.Of(await RunLookup.FindAsync(invocation, run, cancellationToken))];
            }

            var isHealthy = checks.All(c => c.Result != CheckResult.Broken);
            if (!OutputFormats.Print(
                invocation.Surroundings,
                parsed.GetValue(output),
                new DoctorView(isHealthy, checks),
                ViewsJsonContext.Default.DoctorView))
            {
                invocation.Surroundings.CreateConsole(wraps: false).MarkupLines(checks.SelectMany(Lines));
            }

            return isHealthy ? ExitCodes.Done : ExitCodes.Stalled;
        });
        return command;
    }

    private static IEnumerable<string> Lines(Check check)
    {
        var sign = check.Result switch
        {
            CheckResult.Good => "[green]✔[/]",
            CheckResult.Broken => "[red]✖[/]",
            _ => "[yellow]·[/]",
        };
        yield return $"{sign} {check.Name,-11}  {Texts.Emphasise(check.Message)}";
        if (check.Remedy is { Length: > 0 } remedy)
        {
            yield return $"{"",-13}  {Texts.Emphasise(remedy)}";
        }
    }
}
