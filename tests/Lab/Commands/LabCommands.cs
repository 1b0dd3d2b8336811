using System.CommandLine;
using Spectre.Console;

namespace Drydock.Lab.Commands;

/// <summary>The command line of the lab.</summary>
public static class LabCommands
{
    private static readonly Option<string> State = new("--state")
    {
        Description = "Folder of the lab's state; by default .lab in the checkout.",
        DefaultValueFactory = _ => LabBackground.DefaultFolder(),
        Recursive = true,
    };

    private static readonly Option<string[]> Hosts = new("--host")
    {
        Description = "Name of a Docker host to start; repeatable.",
        DefaultValueFactory = _ => ["oms-a", "oms-b"],
    };

    private static readonly Option<string[]> DatabaseHosts = new("--database-host")
    {
        Description = "Name of a host for databases (sshd, systemctl) to start; repeatable.",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string[]> Images = new("--image")
    {
        Description = "Image archive to load into every host; repeatable.",
        DefaultValueFactory = _ => []
    };

    private static readonly Option<bool> ModernCrds =
        new("--modern-crds") { Description = "Serve group drydock.dev from a current CRD server (CEL rules)." };

    private static readonly Option<bool> NoControlPlane =
        new("--no-control-plane") { Description = "Start no control plane." };

    private static readonly Option<bool> NoHosts = new("--no-hosts") { Description = "Start no Docker hosts." };

    private static readonly Option<bool> NoMetaDb = new("--no-metadb") { Description = "Start no metadata database." };

    private static readonly Option<string?> Database = new("--database")
    {
        Description = "A database cluster of three hosts, with a client that reads and writes: tidb or bmdb."
    };

    private static readonly Argument<string[]> ExecCommand =
        new("command") { Description = "Command and its arguments, after --.", Arity = ArgumentArity.OneOrMore };

    /// <summary>All commands.</summary>
    public static RootCommand Create() =>
        new("Starts real servers to run Drydock against: a control plane, Docker hosts, a metadata database.")
        {
            State,
            Prepare(),
            Up(),
            Down(),
            Status(),
            Exec(),
            Serve(),
            Demo.DemoCommand.Create(Background),
            Demo.DemoCommand.CreateBreak(Background),
            Demo.ReleaseManifestCommand.Create(Background),
            Demo.DatabaseDemoCommand.Create(Background),
        };

    private static Command Prepare()
    {
        var command = new Command("prepare", "Installs and builds the requirements of the lab, into the cache.");
        command.SetAction(async (_, cancellationToken) =>
        {
            foreach (var recipe
                in new[] { "packages.sh", "busybox-image.sh", "metadb-template.sh", "kube.sh", "modern-crd.sh" })
            {
                if (await Shell.RunAttachedAsync("bash", [Recipes.PathOf(recipe)], cancellationToken: cancellationToken)
                    is not 0 and var code)
                {
                    return code;
                }
            }

            return 0;
        });
        return command;
    }

    private static Command Up()
    {
        var command = new Command("up", "Starts a lab that stays up in the background.")
        {
            Hosts, DatabaseHosts, Images, ModernCrds, NoControlPlane, NoHosts, NoMetaDb, Database
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            List<string> arguments = [];
            foreach (var host in parse.GetValue(Hosts) ?? [])
            {
                arguments.AddRange(["--host", host]);
            }

            foreach (var host in parse.GetValue(DatabaseHosts) ?? [])
            {
                arguments.AddRange(["--database-host", host]);
            }

            foreach (var image in parse.GetValue(Images) ?? [])
            {
                arguments.AddRange(["--image", Path.GetFullPath(image)]);
            }

            if (parse.GetValue(Database) is { } database)
            {
                arguments.AddRange(["--database", database]);
            }

            foreach (var flag in new[] { ModernCrds, NoControlPlane, NoHosts, NoMetaDb }.Where(parse.GetValue))
            {
                arguments.Add(flag.Name);
            }

            var watch = Stopwatch.StartNew();
            var state = await Background(parse).UpAsync(arguments, cancellationToken);
            Show(state);
            AnsiConsole.MarkupLineInterpolated($"The lab is up after {watch.Elapsed.TotalSeconds:0.0} s.");
            AnsiConsole.MarkupLine("[bold]exec -- COMMAND[/] runs a command against it, [bold]down[/] removes it.");
            return 0;
        });
        return command;
    }

    private static Command Down()
    {
        var command = new Command("down", "Ends the lab and removes it completely.");
        command.SetAction(async (parse, cancellationToken) =>
        {
            var wasUp = await Background(parse).DownAsync(cancellationToken);
            AnsiConsole.WriteLine(wasUp ? "The lab is down." : "No lab is up.");
            return 0;
        });
        return command;
    }

    private static Command Status()
    {
        var command = new Command("status", "Prints the running parts and addresses; exit code 1 if no lab is up.");
        command.SetAction(parse =>
        {
            if (Background(parse).Current() is not { } state)
            {
                AnsiConsole.WriteLine("No lab is up.");
                return 1;
            }

            Show(state);
            return 0;
        });
        return command;
    }

    private static Command Exec()
    {
        var command = new Command(
            "exec", "Runs a command with KUBECONFIG, DOCKER_HOST and the lab's addresses in its environment.")
        {
            ExecCommand
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var state = Background(parse).Current() ?? throw new LabException("No lab is up. Start one with `up`.");
            var words = parse.GetValue(ExecCommand) ?? [];
            return await Shell.RunAttachedAsync(
                words[0] == "kubectl" && state.ControlPlane is { } plane ? plane.Kubectl : words[0],
                words.Skip(1),
                EnvironmentOf(state).Select(variable => KeyValuePair.Create(variable.Name, (string?)variable.Value)),
                cancellationToken);
        });
        return command;
    }

    private static Command Serve()
    {
        var command = new Command("serve", "Owns a lab in the foreground until SIGTERM; what 'up' starts.")
        {
            Hosts, DatabaseHosts, Images, ModernCrds, NoControlPlane, NoHosts, NoMetaDb, Database
        };
        command.Hidden = true;
        command.SetAction((parse, cancellationToken) => LabOwner.RunAsync(
            new ServeOptions
            {
                StateFolder = parse.GetRequiredValue(State),
                Hosts = parse.GetValue(NoHosts) ? [] : parse.GetValue(Hosts) ?? [],
                DatabaseHosts = parse.GetValue(DatabaseHosts) ?? [],
                Images = parse.GetValue(Images) ?? [],
                ControlPlane = !parse.GetValue(NoControlPlane),
                ModernCrds = parse.GetValue(ModernCrds),
                MetaDb = !parse.GetValue(NoMetaDb),
                Database = parse.GetValue(Database),
            },
            cancellationToken));
        return command;
    }

    private static LabBackground Background(ParseResult parse) => new(parse.GetRequiredValue(State));

    private static void Show(LabState state)
    {
        foreach (var (name, value) in EnvironmentOf(state))
        {
            AnsiConsole.MarkupLineInterpolated($"[grey]export[/] {name}={value}");
        }
    }

    private static IEnumerable<(string Name, string Value)> EnvironmentOf(LabState state)
    {
        yield return ("LAB_FOLDER", state.Folder);
        if (state.ControlPlane is { } plane)
        {
            yield return ("KUBECONFIG", plane.Kubeconfig);
            yield return ("LAB_KUBECTL", plane.Kubectl);
        }

        foreach (var host in state.Hosts)
        {
            var suffix = host.Name.ToUpperInvariant().Replace('-', '_');
            yield return ($"LAB_DOCKER_HOST_{suffix}", host.Endpoint);
            yield return ($"LAB_DOCKER_CERT_PATH_{suffix}", host.ClientFolder);
        }

        if (state.Hosts is [var first, ..])
        {
            yield return ("DOCKER_HOST", first.Endpoint);
            yield return ("DOCKER_CERT_PATH", first.ClientFolder);
            yield return ("DOCKER_TLS_VERIFY", "1");
        }

        foreach (var host in state.DatabaseHosts)
        {
            yield return (
                $"LAB_SSH_{host.Name.ToUpperInvariant().Replace('-', '_')}",
                $"ssh -i {host.KeyFile} -o UserKnownHostsFile={host.KnownHostsFile} {host.User}@{host.Address}");
        }

        if (state.MetaDb is { } database)
        {
            yield return ("LAB_METADB_HOST", database.Address);
            yield return ("LAB_METADB_PORT", FormattableString.Invariant($"{database.Port}"));
            yield return ("LAB_METADB_SOCKET", database.SocketPath);
            yield return ("LAB_METADB_USER", database.User);
            yield return ("LAB_METADB_PASSWORD_FILE", database.PasswordFile);
        }
    }
}
