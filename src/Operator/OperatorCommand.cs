using System.CommandLine;
using System.Text.RegularExpressions;
using Drydock.Crds.Values;

namespace Drydock.Operator;

public static partial class OperatorCommand
{
    public static RootCommand Create()
    {
        var command = new RootCommand("Drydock: upgrades stateful systems that run outside the cluster.");
        var defaults = new OperatorOptions();
        var kubeconfig = Flag<string?>(
            "--kubeconfig",
            "Path of a kubeconfig; without it KUBECONFIG, ~/.kube/config, or the pod's service account.");
        var context = Flag<string?>("--context", "Context of the kubeconfig.");
        var space = Flag<string?>("--namespace", "The operator's own namespace (lease, claims).");
        var watch = Flag<string[]>(
            "--watch-namespace", "Serve objects of this namespace only; repeatable. Without it all namespaces.");
        var election = Flag(
            "--leader-election", "Let a Lease decide which of several operators acts.", defaults.LeaderElection);
        var lease = Duration(
            "--lease-duration",
            "A lease not renewed for this long may be taken by another operator.",
            defaults.LeaseDuration);
        var renew = Duration(
            "--renew-deadline",
            "A leader that could not renew its lease for this long cancels all its work.",
            defaults.RenewDeadline);
        var retry = Duration("--retry-period", "Time between renewals of the lease.", defaults.RetryPeriod);
        var scratch = Flag<string?>(
            "--scratch", "Existing directory where mydumper works; without it the system's temporary directory.");
        var roots = Flag<string[]>(
            "--storage-root",
            "Directory below which directory storages lie, each namespace in a folder of its own; may be given several "
                + "times. The first is the storage of specs that name none. Without it no directory can be used.",
            []);
        var shared = Flag<bool>(
            "--storage-shared",
            "All namespaces share the storage roots: every user who may create an object in one namespace can read and "
                + "overwrite the dumps and archives of all namespaces.");
        var timeout = Flag(
            "--storage-timeout",
            "Seconds that one call to a storage root may take before the root counts as hung (5 to 3600).",
            (int)defaults.StorageTimeout.TotalSeconds);
        var ownKeys = Flag<bool>(
            "--s3-own-credentials",
            "Open S3 storages that name no Secret with the credentials of the operator's own pod (AWS_ACCESS_KEY_ID "
                + "and AWS_SECRET_ACCESS_KEY, or the shared file). Every user who may create an object can then read "
                + "and write what they open.");
        var unix = Flag(
            "--allow-unix-endpoints",
            "Let manifests name unix:// endpoints, sockets of the operator's own pod.",
            defaults.AllowUnixEndpoints);
        var allowed = Flag<string[]>(
            "--allow-address",
            "Address or network (CIDR) that manifests may name although it is loopback, link-local, a cloud metadata "
                + "service or the API server. Repeatable.",
            []);
        var http = Flag("--http", "Address for /healthz, /readyz and /metrics.", defaults.HttpAddress);
        var level = Flag("--log-level", "Verbose, Debug, Information, Warning or Error.", defaults.LogLevel);
        var format = Flag("--log-format", "text or json.", defaults.LogFormat);
        level.AcceptOnlyFromAmong("Verbose", "Debug", "Information", "Warning", "Error");
        format.AcceptOnlyFromAmong("text", "json");

        // A name that no namespace can have would be watched and never found.
        Check(watch, name => NamespaceName().IsMatch(name)
            ? null
            : $"--watch-namespace '{name}' is not the name of a namespace. Expected are 1 to 63 small letters, digits "
                + "and '-', beginning and ending with a letter or digit. Give the flag once for each namespace, or "
                + "leave it out to serve all.");
        Check(allowed, NetworkProblem);
        Check(http, text => text.StartsWith("http://", StringComparison.Ordinal)
            ? null
            : $"--http '{text}' is not an address. Expected http://HOST:PORT.");
        Check(timeout, text =>
            int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var seconds)
                && seconds is < 5 or > 3600
                ? "--storage-timeout must be between 5 and 3600 seconds."
                : null);
        command.Validators.Add(result => CheckFolders(result, roots, scratch));
        command.SetAction((parsed, cancellationToken) => OperatorProcess.RunAsync(
            new OperatorOptions
            {
                Kubeconfig = parsed.GetValue(kubeconfig),
                Context = parsed.GetValue(context),
                Namespace = parsed.GetValue(space),
                WatchNamespaces = parsed.GetValue(watch) ?? [],
                LeaderElection = parsed.GetValue(election),
                LeaseDuration = parsed.GetValue(lease),
                RenewDeadline = parsed.GetValue(renew),
                RetryPeriod = parsed.GetValue(retry),
                ScratchDirectory = parsed.GetValue(scratch),
                AllowUnixEndpoints = parsed.GetValue(unix),
                AllowAddresses = parsed.GetValue(allowed)!,
                StorageRoots = parsed.GetValue(roots)!,
                StorageShared = parsed.GetValue(shared),
                StorageTimeout = TimeSpan.FromSeconds(parsed.GetValue(timeout)),
                S3OwnCredentials = parsed.GetValue(ownKeys),
                HttpAddress = parsed.GetValue(http)!,
                LogLevel = parsed.GetValue(level)!,
                LogFormat = parsed.GetValue(format)!,
            },
            cancellationToken));
        return command;

        Option<T> Flag<T>(string name, string description, T? otherwise = default)
        {
            var option = new Option<T>(name) { Description = description };
            if (otherwise is not null)
            {
                option.DefaultValueFactory = _ => otherwise;
            }

            command.Options.Add(option);
            return option;
        }

        Option<TimeSpan> Duration(string name, string description, TimeSpan otherwise)
        {
            var option = Flag(name, $"{description} A duration such as 90s or 2m.", otherwise);
            option.CustomParser = result =>
            {
                var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
                if (!KubernetesDuration.TryParse(text, out var value))
                {
                    result.AddError($"{name} is '{text}'; expected is a duration such as 90s or 2m.");
                }

                return value;
            };
            return option;
        }
    }

    private static void Check(Option option, Func<string, string?> problemOf) => option.Validators.Add(result =>
    {
        foreach (var problem in result.Tokens.Select(token => problemOf(token.Value)).OfType<string>())
        {
            result.AddError(problem);
        }
    });

    private static string? NetworkProblem(string text)
    {
        try
        {
            EndpointPolicy.Network(text);
            return null;
        }
        catch (FormatException problem)
        {
            return $"--allow-address: {problem.Message}";
        }
    }

    private static void CheckFolders(CommandResult result, Option<string[]> roots, Option<string?> scratch)
    {
        var paths = result.GetValue(roots) ?? [];
        if (StorageRoots.Problem(paths) is { } problem)
        {
            result.AddError(problem);
        }
        else if (result.GetValue(scratch) is { } work && StorageRoots.Problem([.. paths, work]) is not null)
        {
            // A namespace could have the same name as the folder, and would then read its files.
            result.AddError(
                $"--scratch '{work}' must be an absolute path that neither contains a --storage-root nor lies within "
                + "one.");
        }
    }

    [GeneratedRegex(
        "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamespaceName();
}

/// <summary>A flag has an invalid value. The message names flag, value, expectation and remedy.</summary>
public sealed class OperatorOptionException(string message) : Exception(message);
