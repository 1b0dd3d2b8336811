using Drydock.Cli.Reports;

namespace Drydock.Cli.Verbs;

/// <summary>Writes what a supporter needs into one file.</summary>
internal static class ReportCommand
{
    public static Command Create(VerbRunner runner)
    {
        var name = SharedOptions.RunArgument(runner);
        var file = new Option<FileInfo?>("--file")
        {
            Description = "The zip to write. Default: drydock-NAME-TIME.zip in the current directory.",
        };
        var operatorNamespace = SharedOptions.OperatorNamespace();
        var wholeLog = new Option<bool>("--whole-log")
        {
            Description = "Keep the lines of the operator's log that are about other namespaces.",
        };
        var command = new Command(
            "report", "Writes objects, events, the operator's log and versions into a zip. It reads no Secret.")
        {
            name, file, wholeLog, operatorNamespace,
        };
        runner.Set(command, async (invocation, parsed, cancellationToken) =>
        {
            var run = await RunLookup.FindAsync(invocation, parsed.GetValue(name)!, cancellationToken);
            var path = parsed.GetValue(file)?.FullName
                ?? Path.GetFullPath($"drydock-{run.Metadata.Name}-{invocation.Now:yyyyMMdd'T'HHmmss'Z'}.zip");
            using var server = invocation.CreatePackageClient();
            var (space, isWhole) = (parsed.GetValue(operatorNamespace)!, parsed.GetValue(wholeLog));
            var writer = new ReportWriter(invocation, server, run, space, isWhole, cancellationToken);
            await ReportFile.WriteAsync(path, stream => writer.WriteAsync(stream, invocation.Now));
            invocation.Surroundings.Output.WriteLine(
                $"Wrote {path}. It contains host names, addresses and messages, no Secret and no value of a variable. "
                + "Look into it before you send it.");
            return ExitCodes.Done;
        });
        return command;
    }
}
