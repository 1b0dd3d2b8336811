namespace Drydock.Tests.Integration.Clients.Docker.Fixture;

/// <summary>Runs a short command to its end.</summary>
internal static class FixtureShell
{
    public static Task<string> RunAsync(string program, params string[] arguments) =>
        RunAsync(null, program, arguments);

    public static async Task<string> RunAsync(Stream? input, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (input is not null)
        {
            await input.CopyToAsync(process.StandardInput.BaseStream);
        }

        process.StandardInput.Close();
        await process.WaitForExitAsync();
        var text = new StringBuilder(await output).Append(await errors).ToString();
        return process.ExitCode == 0
            ? text
            : throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {text}");
    }
}
