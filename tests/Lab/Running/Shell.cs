namespace Drydock.Lab;

/// <summary>The result of a short command.</summary>
public sealed record ShellResult(int ExitCode, string Output, string Error);

/// <summary>Runs short commands (ip, kubectl, docker, mariadb) to their end and captures their output.</summary>
public static class Shell
{
    /// <summary>Runs a command and returns its output, whatever its exit code.</summary>
    /// <param name="file">The program; it is looked up in PATH if it has no slash.</param>
    /// <param name="arguments">Arguments, passed without a shell. Never a secret: argv is public.</param>
    /// <param name="input">Text for standard input; without it standard input is empty.</param>
    /// <param name="environment">Variables in addition to the inherited ones; a null value removes one.</param>
    /// <param name="workingDirectory">Working directory; by default that of the lab.</param>
    /// <param name="cancellationToken">Kills the command with its children.</param>
    public static async Task<ShellResult> TryRunAsync(
        string file,
        IEnumerable<string> arguments,
        string? input = null,
        IEnumerable<KeyValuePair<string, string?>>? environment = null,
        string? workingDirectory = null,
        CancellationToken cancellationToken = default)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = workingDirectory ?? string.Empty,
        };
        foreach (var (key, value) in environment ?? [])
        {
            start.Environment[key] = value;
        }

        using var process = Process.Start(start) ?? throw new LabException($"{file} did not start");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await WriteInputAsync(process, input, cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new ShellResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Runs a command and returns its standard output.</summary>
    /// <exception cref="LabException">The exit code is not 0. The message contains the command and the end of its
    /// output.</exception>
    public static async Task<string> RunAsync(
        string file,
        IEnumerable<string> arguments,
        string? input = null,
        IEnumerable<KeyValuePair<string, string?>>? environment = null,
        string? workingDirectory = null,
        CancellationToken cancellationToken = default)
    {
        var list = arguments.ToList();
        var result = await TryRunAsync(file, list, input, environment, workingDirectory, cancellationToken);
        return result.ExitCode == 0
            ? result.Output
            : throw new LabException(
                $"'{file} {string.Join(' ', list)}' ended with exit code {result.ExitCode}: "
                + $"{Tail(result.Error.Length > 0 ? result.Error : result.Output)}");
    }

    /// <summary>Runs a command on the lab's own terminal and returns its exit code.</summary>
    public static async Task<int> RunAttachedAsync(
        string file,
        IEnumerable<string> arguments,
        IEnumerable<KeyValuePair<string, string?>>? environment = null,
        CancellationToken cancellationToken = default)
    {
        var start = new ProcessStartInfo(file, arguments) { UseShellExecute = false };
        foreach (var (key, value) in environment ?? [])
        {
            start.Environment[key] = value;
        }

        using var process = Process.Start(start) ?? throw new LabException($"{file} did not start");
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }

    private static async Task WriteInputAsync(Process process, string? input, CancellationToken cancellationToken)
    {
        try
        {
            if (input is not null)
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The command ended without reading all of its input. Its exit code is reported.
        }
    }

    private static string Tail(string text)
    {
        var trimmed = text.Trim();
        return trimmed.Length <= 4000 ? trimmed : string.Concat("…", trimmed.AsSpan(trimmed.Length - 4000));
    }
}
