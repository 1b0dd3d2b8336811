namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>Runs stock programs by the shell, as somebody would who has no Drydock.</summary>
internal static class Stock
{
    /// <summary>What it printed; throws with its error output if it failed.</summary>
    internal static string Run(string script, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo("bash")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false
        };
        start.ArgumentList.Add("-euo");
        start.ArgumentList.Add("pipefail");
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{script}: {error.Result}");
    }

    /// <summary>A new age identity: its file's text and its recipient.</summary>
    internal static (string Identity, string Recipient) NewIdentity()
    {
        var text = Run("age-keygen 2>/dev/null");
        return (text, text.Split('\n').Single(
            l => l.StartsWith("# public key: ", StringComparison.Ordinal))["# public key: ".Length..]);
    }
}
