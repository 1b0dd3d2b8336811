using System.CommandLine;

namespace Drydock.Operator;

/// <summary>The command line of the operator.</summary>
public static class OperatorCommand
{
    /// <summary>Builds the command; invoking it runs the operator until SIGTERM.</summary>
    public static RootCommand Create()
    {
        var defaults = new OperatorOptions();
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "Path of a kubeconfig; without it KUBECONFIG, ~/.kube/config, or the pod's service account." };
        var context = new Option<string?>("--context") { Description = "Context of the kubeconfig." };
        var space = new Option<string?>("--namespace") { Description = "The operator's own namespace (lease, claims)." };
        var watch = new Option<string?>("--watch-namespace") { Description = "Look after objects of this namespace only." };
        var election = new Option<bool>("--leader-election") { Description = "Let a Lease decide which of several operators acts.", DefaultValueFactory = _ => defaults.LeaderElection };
        var scratch = new Option<string?>("--scratch") { Description = "Existing directory where mydumper and myloader work; without it the system's temporary directory." };
        var http = new Option<string>("--http") { Description = "Address for /healthz, /readyz and /metrics.", DefaultValueFactory = _ => defaults.HttpAddress };
        var level = new Option<string>("--log-level") { Description = "Verbose, Debug, Information, Warning or Error.", DefaultValueFactory = _ => defaults.LogLevel };
        var format = new Option<string>("--log-format") { Description = "text or json.", DefaultValueFactory = _ => defaults.LogFormat };
        level.AcceptOnlyFromAmong("Verbose", "Debug", "Information", "Warning", "Error");
        format.AcceptOnlyFromAmong("text", "json");
        var command = new RootCommand("Drydock: carries stateful systems beside the cluster through upgrades.") { kubeconfig, context, space, watch, election, scratch, http, level, format };
        command.SetAction((parsed, cancellationToken) => OperatorProcess.RunAsync(
            new OperatorOptions
            {
                Kubeconfig = parsed.GetValue(kubeconfig),
                Context = parsed.GetValue(context),
                Namespace = parsed.GetValue(space),
                WatchNamespace = parsed.GetValue(watch),
                LeaderElection = parsed.GetValue(election),
                ScratchDirectory = parsed.GetValue(scratch),
                HttpAddress = parsed.GetValue(http)!,
                LogLevel = parsed.GetValue(level)!,
                LogFormat = parsed.GetValue(format)!,
            },
            cancellationToken));
        return command;
    }
}
