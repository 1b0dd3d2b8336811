using Drydock.Cli.CommandLine;

namespace Drydock.Tests.Integration.Plugin;

/// <summary>The plugin as a program: found and started by kubectl, and on a terminal.</summary>
[Collection(CrdServersCollection.Name)]
public sealed class KubectlTests(CrdServers servers) : IAsyncLifetime
{
    private const string Escape = "\u001b[";
    private const string Colour = "\u001b\\[([0-9]+;)*[39][0-7]m";
    private readonly string _space = LabFixture.UniqueName("kubectl");
    private string _folder = "";
    private Dictionary<string, string?> _environment = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _folder = servers.Run.FolderFor(_space);
        _environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["PATH"] = $"{_folder}:{Path.GetDirectoryName(servers.Old.KubectlPath)}"
                + $":{Environment.GetEnvironmentVariable("PATH")}",
            ["KUBECONFIG"] = servers.Old.AdminKubeconfig,
            ["HOME"] = _folder,
            ["TERM"] = "xterm-256color",
            ["NO_COLOR"] = null,
        };
        await WriteProgramAsync(
            "kubectl-drydock",
            $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "kubectl-drydock.dll")}' \"$@\"\n");
        await WriteProgramAsync("kubectl_complete-drydock", await File.ReadAllTextAsync(
            Repository.PathOf("src", "Cli", "packaging", "kubectl_complete-drydock"), Token));
        await servers.Old.KubectlAsync(["create", "namespace", _space]);
        await HeldUpgrade.CreateAsync(servers.Old, _space, "held", Token);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Kubectl_finds_plugin_and_its_completion()
    {
        var status = await RunAsync("kubectl", "drydock", "status", "held", "-n", _space);
        status.ExitCode.ShouldBe(ExitCodes.Held, status.Error);
        status.Output.ShouldContain($"kubectl drydock approve held StopOld -n {_space}");
        status.Output.ShouldNotContain(Escape, Case.Sensitive, "there is no terminal");

        (await RunAsync("kubectl_complete-drydock", "explain", "TargetB")).Output.ShouldBe("TargetBusy\n:4\n");

        // Names are completed only if the API server answers before a shell seems to hang.
        await Deadline.UntilAsync(
            "the name of the upgrade",
            async _ => (await RunAsync("kubectl_complete-drydock", "status", "-n", _space, "h")).Output == "held\n:4\n",
            cancellationToken: Token);
    }

    [Fact]
    public async Task Status_is_redrawn_on_terminal_until_upgrade_has_ended()
    {
        var screen = Path.Combine(_folder, "screen");
        var watch = OnTerminalAsync($"kubectl drydock status held -w --through-holds -n {_space}", screen);
        await Deadline.UntilAsync(
            "the first picture",
            _ => Task.FromResult(
                File.Exists(screen) && File.ReadAllText(screen).Contains("StopOld", StringComparison.Ordinal)),
            cancellationToken: Token);

        await HeldUpgrade.EndAsync(servers.Old, _space, "held", Token);
        var result = await watch;

        result.ExitCode.ShouldBe(ExitCodes.Done, result.Output);
        var text = await File.ReadAllTextAsync(screen, Token);
        text.ShouldContain("Succeeded");
        text.ShouldMatch("\u001b\\[[0-9]+A", "the cursor goes up to draw over what was there");
        text.ShouldMatch(Colour, "there are colours");
        text.Split("All 2 steps succeeded").Length.ShouldBeLessThan(6, "the end is not printed again and again");
    }

    [Fact]
    public async Task NO_COLOR_keeps_terminal_without_colours()
    {
        _environment["NO_COLOR"] = "1";
        var screen = Path.Combine(_folder, "screen");

        (await OnTerminalAsync($"kubectl drydock status held -n {_space}", screen)).ExitCode.ShouldBe(ExitCodes.Held);

        (await File.ReadAllTextAsync(screen, Token)).ShouldNotMatch(Colour);
    }

    [Theory]
    [InlineData("drydock-edit")]
    [InlineData("drydock-admin")]
    public async Task Editor_steers_upgrade_and_is_told_that_outputs_need_more(string role)
    {
        await servers.Old.KubectlAsync(["apply", "-f", Repository.PathOf("config", "rbac", "people_roles.yaml")]);
        await servers.Old.KubectlAsync(["-n", _space, "create", "serviceaccount", role]);
        await servers.Old.KubectlAsync([
            "-n", _space, "create", "rolebinding", role, $"--clusterrole={role}", $"--serviceaccount={_space}:{role}"]);
        if (role == "drydock-admin")
        {
            await servers.Old.KubectlAsync([
                "-n", _space, "create", "rolebinding", "reads", "--clusterrole=drydock-view",
                $"--serviceaccount={_space}:{role}"]);
        }

        var editor = new PluginRun(
            await servers.Old.CreateServiceAccountKubeconfigAsync(
                _space, role, Path.Combine(_folder, $"{role}.kubeconfig"), cancellationToken: Token),
            _space);

        await Deadline.UntilAsync(
            "the role to count", async _ => (await editor.RunAsync(["status", "held"])).Code == ExitCodes.Held,
            cancellationToken: Token);
        foreach (var change in new string[][]
        {
            ["hold", "held", "Verify"], ["pause", "held"], ["resume", "held"], ["approve", "held"], ["abort", "held"]
        })
        {
            var (code, text) = await editor.RunAsync([.. change, "--yes", "--no-wait"]);
            code.ShouldBe(ExitCodes.Done, $"{change[0]}: {text}");
        }

        var logs = await editor.RunAsync(["logs", "held", "StopOld/oms-a"]);
        logs.Code.ShouldBe(ExitCodes.Failed);
        logs.Text.ShouldStartWith($"You may not get secrets (the core API group) in namespace {_space}.");
    }

    private Task<ShellResult> RunAsync(string program, params string[] arguments) =>
        Shell.TryRunAsync(
            Path.Exists(Path.Combine(_folder, program))
                ? Path.Combine(_folder, program)
                : program == "kubectl" ? servers.Old.KubectlPath : program,
            arguments, environment: _environment, cancellationToken: Token);

    // script(1) gives the command a terminal, and keeps what appears on it.
    private Task<ShellResult> OnTerminalAsync(string command, string screen) => Shell.TryRunAsync(
        "script",
        [
            "--quiet", "--return", "--flush", "--command",
            string.Create(CultureInfo.InvariantCulture, $"stty cols 100 rows 40; {command}"), screen
        ],
        environment: _environment,
        cancellationToken: Token);

    private async Task WriteProgramAsync(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(path, text, Token);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
