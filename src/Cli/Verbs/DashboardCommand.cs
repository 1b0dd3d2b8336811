using System.ComponentModel;
using System.Diagnostics;
using Drydock.Cli.Dashboard;

namespace Drydock.Cli.Verbs;

/// <summary>A page on 127.0.0.1 that shows runs live, with the rights of the user's kubeconfig.</summary>
internal static class DashboardCommand
{
    private const int MaxPort = 65535;

    /// <summary>Bytes of the token in the address: 128 bits.</summary>
    private const int TokenBytes = 16;

    public static Command Create(VerbRunner runner)
    {
        var port = new Option<int>("--port")
        {
            Description = "Port on 127.0.0.1. Default: 0, a free one.",
        };
        port.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }]
                && int.TryParse(text, CultureInfo.InvariantCulture, out var number)
                && number is < 0 or > MaxPort)
            {
                result.AddError($"--port is '{text}'; expected is 0 to {MaxPort}.");
            }
        });
        var open = new Option<bool>("--open")
        {
            Description = "Open the page in your browser. Other users of this machine may then read its address in the "
                + "list of processes.",
        };
        var command = new Command("dashboard", "Serves a page on 127.0.0.1 that shows all runs live. Ctrl-C ends it.")
        {
            port, open,
        };
        runner.Set(command, async (invocation, parsed, cancellationToken) =>
        {
            var options = new DashboardOptions(
                parsed.GetValue(port),
                parsed.GetValue<string?>(SharedOptions.Namespace),
                RandomNumberGenerator.GetHexString(2 * TokenBytes, lowercase: true));
            await using var server = await DashboardServer.StartAsync(invocation, options, cancellationToken);
            var output = invocation.Surroundings.Output;
            output.WriteLine($"Dashboard: {server.Address}");
            output.WriteLine("The page is read-only. Do not share the address. Ctrl-C ends the dashboard.");
            if (parsed.GetValue(open))
            {
                Open(invocation.Surroundings, server.Address);
            }

            await server.WaitAsync(cancellationToken);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Open(Surroundings surroundings, string address)
    {
        try
        {
            using var browser = Process.Start(new ProcessStartInfo(address) { UseShellExecute = true });
        }
        catch (Exception missing) when (missing is Win32Exception or InvalidOperationException)
        {
            surroundings.Errors.WriteLine($"No browser can be opened: {missing.Message} Open the address yourself.");
        }
    }
}
