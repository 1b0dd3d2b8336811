using System.CommandLine;
using Drydock.Abstractions.Values;

namespace Drydock.Operator;

/// <summary>The command line of the operator.</summary>
public static class OperatorCommand
{
    public static RootCommand Create()
    {
        var defaults = new OperatorOptions();
        var kubeconfig = new Option<string?>("--kubeconfig")
        {
            Description = "Path of a kubeconfig; without it KUBECONFIG, ~/.kube/config, or the pod's service account.",
        };
        var context = new Option<string?>("--context") { Description = "Context of the kubeconfig." };
        var space = new Option<string?>("--namespace")
        {
            Description = "The operator's own namespace (lease, claims).",
        };
        var watch = new Option<string[]>("--watch-namespace")
        {
            Description = "Serve objects of this namespace only; repeatable. Without it all namespaces.",
        };
        watch.Validators.Add(WatchedNamespaces.Check);
        var election = new Option<bool>("--leader-election")
        {
            Description = "Let a Lease decide which of several operators acts.",
            DefaultValueFactory = _ => defaults.LeaderElection,
        };
        var lease = Duration(
            "--lease-duration",
            "A lease not renewed for this long may be taken by another operator.",
            defaults.LeaseDuration);
        var renew = Duration(
            "--renew-deadline",
            "A leader that could not renew its lease for this long cancels all its work.",
            defaults.RenewDeadline);
        var retry = Duration("--retry-period", "Time between renewals of the lease.", defaults.RetryPeriod);
        var scratch = new Option<string?>("--scratch")
        {
            Description = "Existing directory where mydumper works; without it the system's temporary directory.",
        };
        var unix = new Option<bool>("--allow-unix-endpoints")
        {
            Description = "Let manifests name unix:// endpoints, sockets of the operator's own pod.",
            DefaultValueFactory = _ => defaults.AllowUnixEndpoints,
        };
        var allowed = new Option<string[]>("--allow-address")
        {
            Description = "Address or network (CIDR) that manifests may name although it is loopback, link-local, a "
                + "cloud metadata service or the API server. Repeatable.",
            DefaultValueFactory = _ => [],
        };
        allowed.Validators.Add(static result =>
        {
            foreach (var token in result.Tokens)
            {
                try
                {
                    EndpointPolicy.Network(token.Value);
                }
                catch (FormatException problem)
                {
                    result.AddError($"--allow-address: {problem.Message}");
                }
            }
        });
        var roots = new Option<string[]>("--storage-root")
        {
            Description = "Directory below which directory storages lie, each namespace in a folder of its own; may "
                + "be given several times. Without it no directory can be used as storage.",
            DefaultValueFactory = _ => [],
        };
        var shared = new Option<bool>("--storage-shared")
        {
            Description = "All namespaces share the storage roots: every user who may create an object in one "
                + "namespace can read and overwrite the dumps and archives of all namespaces.",
        };
        var timeout = new Option<int>("--storage-timeout")
        {
            Description = "Seconds that one call to a storage root may take before the root counts as hung (5 to "
                + "3600).",
            DefaultValueFactory = _ => (int)defaults.StorageTimeout.TotalSeconds,
        };
        var ownKeys = new Option<bool>("--s3-own-credentials")
        {
            Description = "Open S3 storages that name no Secret with the credentials of the operator's own pod "
                + "(AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the shared file). Every user who may create an "
                + "object can then read and write what they open.",
        };
        var http = new Option<string>("--http")
        {
            Description = "Address for /healthz, /readyz and /metrics.",
            DefaultValueFactory = _ => defaults.HttpAddress,
        };
        http.Validators.Add(static result =>
        {
            if (result.Tokens is [var token] && !token.Value.StartsWith("http://", StringComparison.Ordinal))
            {
                result.AddError($"--http '{token.Value}' is not an address. Expected http://HOST:PORT.");
            }
        });
        var level = new Option<string>("--log-level")
        {
            Description = "Verbose, Debug, Information, Warning or Error.",
            DefaultValueFactory = _ => defaults.LogLevel,
        };
        var format = new Option<string>("--log-format")
        {
            Description = "text or json.",
            DefaultValueFactory = _ => defaults.LogFormat,
        };
        level.AcceptOnlyFromAmong("Verbose", "Debug", "Information", "Warning", "Error");
        format.AcceptOnlyFromAmong("text", "json");
        timeout.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 5 or > 3600)
            {
                result.AddError("--storage-timeout must be between 5 and 3600 seconds.");
            }
        });
        var command = new RootCommand("Drydock: upgrades stateful systems that run outside the cluster.")
        {
            kubeconfig,
            context,
            space,
            watch,
            election,
            lease,
            renew,
            retry,
            scratch,
            roots,
            shared,
            timeout,
            ownKeys,
            unix,
            allowed,
            http,
            level,
            format,
        };
        command.Validators.Add(result => Check(result, roots, scratch));
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
    }

    private static Option<TimeSpan> Duration(string name, string description, TimeSpan otherwise) => new(name)
    {
        Description = $"{description} A duration such as 90s or 2m.",
        DefaultValueFactory = _ => otherwise,
        CustomParser = result =>
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (!KubernetesDuration.TryParse(text, out var value))
            {
                result.AddError($"{name} is '{text}'; expected is a duration such as 90s or 2m.");
            }

            return value;
        },
    };

    private static void Check(CommandResult result, Option<string[]> roots, Option<string?> scratch)
    {
        var paths = result.GetValue(roots) ?? [];
        if (Clients.Snapshots.StorageRoots.Problem(paths) is { } problem)
        {
            result.AddError(problem);
        }
        else if (result.GetValue(scratch) is { } work
            && Clients.Snapshots.StorageRoots.Problem([.. paths, work]) is not null)
        {
            // A namespace could have the same name as the folder, and would then read its files.
            result.AddError(
                $"--scratch '{work}' must be an absolute path that neither contains a --storage-root nor lies within "
                + "one.");
        }
    }
}
