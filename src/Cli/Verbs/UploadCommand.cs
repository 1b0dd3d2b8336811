using System.CommandLine;
using Drydock.Abstractions.Values;
using Drydock.Cli.Changes;
using Drydock.Cli.CommandLine;
using Drydock.Cli.Uploads;
using k8s.Autorest;

namespace Drydock.Cli.Verbs;

/// <summary>Brings an image archive or a package to the operator.</summary>
internal static class UploadCommand
{
    private const string DefaultDirectory = "/var/lib/drydock/images";

    public static Command Create(VerbRunner runner)
    {
        var file = new Argument<FileInfo>("file")
        {
            Description = "The archive: of an image, or a package of a database.",
            HelpName = "file",
        };
        var name = new Option<string?>("--as") { Description = "Its name there. Default: that of the file." };
        var directory = new Option<string>("--directory")
        {
            Description = $"The directory as a manifest names it: storage.directory.path. Default: {DefaultDirectory}.",
            DefaultValueFactory = static _ => DefaultDirectory,
        };
        var replaces = new Option<bool>("--replace")
        {
            Description = "Replaces a file that has the name and other content.",
        };
        var yes = ChangeOptions.CreateYes();
        var operatorNamespace = OperatorNamespace.Option();
        var command = new Command(
            "upload",
            "Brings an archive to the operator's volume for images, part by part, and compares its SHA-256. After an "
            + "interruption the same command continues.")
        {
            file, name, directory, replaces, yes, operatorNamespace,
        };
        name.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !IsName(token.Value))
            {
                result.AddError($"--as '{token.Value}' is not a file name: expected a name without a slash.");
            }
        });
        directory.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !token.Value.StartsWith('/'))
            {
                result.AddError($"--directory '{token.Value}' is not an absolute path.");
            }
        });
        runner.Set(command, (invocation, parsed, cancellationToken) => RunAsync(
            invocation,
            new Wish(
                parsed.GetValue(file)!,
                parsed.GetValue(name),
                parsed.GetValue(directory)!,
                parsed.GetValue(operatorNamespace)!,
                parsed.GetValue(replaces),
                parsed.GetValue(yes)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Invocation invocation, Wish wish, CancellationToken cancellationToken)
    {
        var archive = await LocalArchive.ReadAsync(wish.File, cancellationToken);
        var name = wish.Name ?? wish.File.Name;
        var output = invocation.Surroundings.Output;
        using var server = invocation.CreatePackageClient();
        try
        {
            var pod = await OperatorPod.FindAsync(server, wish.Space, cancellationToken);
            await pod.RequireExecAsync(cancellationToken);
            var directory = StoragePlace.RealPath(pod.Arguments, wish.Directory, invocation.Namespace);
            output.WriteLine(
                $"Writes {directory}/{name} ({ByteSize.Format(archive.Bytes)}, SHA-256 {archive.Sha256}) in pod "
                + $"{pod.FullName}.");
            if (!wish.IsConfirmed)
            {
                Confirmation.Ask(invocation.Surroundings);
            }

            var upload = new ArchiveUpload(server, wish.Space, invocation.Surroundings.Time, output.WriteLine);
            await upload.RunAsync(archive, directory, name, wish.Replaces, cancellationToken);
        }
        catch (HttpOperationException refused)
        {
            throw new CliException(
                $"The API server answered {(int)refused.Response.StatusCode}: {refused.Response.Content}");
        }

        output.WriteLine($$$"""
            Uploaded. In a manifest of namespace {{{invocation.Namespace}}}:
              storage: {directory: {path: {{{wish.Directory.TrimEnd('/')}}}}}
              path: {{{name}}}
              sha256: "{{{archive.Sha256}}}"
            """);
        return ExitCodes.Done;
    }

    private static bool IsName(string text) => text.Length > 0 && text is not ("." or "..") && !text.Contains('/');

    private sealed record Wish(
        FileInfo File, string? Name, string Directory, string Space, bool Replaces, bool IsConfirmed);
}
