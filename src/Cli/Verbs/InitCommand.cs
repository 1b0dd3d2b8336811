using System.CommandLine;
using System.Globalization;
using Drydock.Cli.CommandLine;
using Drydock.Cli.Init;
using Drydock.Clients.Docker;
using Drydock.Clients.Ssh;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Cli.Verbs;

/// <summary>Writes a manifest by looking at what runs. Changes nothing, and needs no cluster.</summary>
internal static class InitCommand
{
    private const int DefaultPdPort = 2379;
    private static readonly string[] KeyNames = ["id_ed25519", "id_rsa"];

    public static Command Create(VerbRunner runner)
    {
        var command = new Command(
            "init",
            "Writes the manifest of an upgrade by looking at what runs. Changes nothing.");
        command.Subcommands.Add(Oms(runner));
        command.Subcommands.Add(TiDb(runner));
        command.Subcommands.Add(Yugabyte(runner));
        return command;
    }

    private static Command Oms(VerbRunner runner)
    {
        var docker = new Option<string>("--docker")
        {
            Description = "dockerd of one node: ssh://user@host, tcp://host:2376 or unix:///run/docker.sock.",
            Required = true,
        };
        var image = new Option<string>("--image") { Description = "The image of the new version.", Required = true };
        var container = new Option<string?>("--container")
        {
            Description = "The container of OMS, if there are several.",
        };
        var hostIP = new Option<string?>("--host-ip") { Description = "Address of the node as OMS knows it." };
        var key = new Option<FileInfo?>("--ssh-key")
        {
            Description = "Private key for ssh. Default: ~/.ssh/id_ed25519 or ~/.ssh/id_rsa.",
        };
        var knownHosts = new Option<FileInfo?>("--known-hosts") { Description = "Default: ~/.ssh/known_hosts." };
        var certificates = new Option<DirectoryInfo?>("--tls")
        {
            Description = "Folder with ca.pem, cert.pem and key.pem for tcp. Default: $DOCKER_CERT_PATH or ~/.docker.",
        };
        var shared = new Shared();
        var command = new Command("oms", "OceanBase Migration Service.")
        {
            docker, image, container, hostIP, key, knownHosts, certificates,
        };
        shared.AddTo(command);
        runner.SetLocal(command, async (parsed, cancellationToken) =>
        {
            var endpoint = DockerEndpoint.Parse(parsed.GetValue(docker)!);
            endpoint = endpoint.Uri.Scheme switch
            {
                "ssh" => endpoint with { Ssh = SshFiles(parsed.GetValue(key), parsed.GetValue(knownHosts)) },
                "tcp" => endpoint with { Tls = TlsFiles(parsed.GetValue(certificates)) },
                _ => endpoint,
            };
            var found = await LookAsync(runner, endpoint, parsed.GetValue(container), cancellationToken);
            var manifest = new OmsManifest(
                found,
                endpoint.Uri,
                parsed.GetValue(shared.ToVersion)!,
                parsed.GetValue(image)!,
                parsed.GetValue(shared.Name))
            {
                FromVersion = parsed.GetValue(shared.FromVersion),
                HostIP = parsed.GetValue(hostIP),
            };
            return shared.Write(runner.Surroundings, parsed, manifest.Write(), manifest.Secrets());
        });
        return command;
    }

    private static Command TiDb(VerbRunner runner)
    {
        var pd = new Option<string?>("--pd") { Description = "One PD member, HOST or HOST:PORT." };
        var from = new Option<FileInfo?>("--from")
        {
            Description = "inventory.ini of tidb-ansible, or meta.yaml of tiup "
                + "(~/.tiup/storage/cluster/clusters/NAME/meta.yaml).",
        };
        var groupVars = new Option<DirectoryInfo?>("--group-vars")
        {
            Description = "The directory group_vars of tidb-ansible. Without it the ports are those of the inventory, "
                + "or the default ones.",
        };
        var user = new Option<string?>("--user") { Description = "Login user on the hosts. Default: tidb." };
        var shared = new Shared();
        var command = new Command("tidb", "TiDB, from one PD or from the inventory of a deployment tool.")
        {
            pd, from, groupVars, user,
        };
        shared.AddTo(command);
        command.Validators.Add(result =>
        {
            if ((result.GetResult(pd) is null) == (result.GetResult(from) is null))
            {
                result.AddError("Give either --pd or --from.");
            }
        });
        runner.SetLocal(command, async (parsed, cancellationToken) =>
        {
            var cluster = parsed.GetValue(from) is { } file
                ? Inventory(file, parsed.GetValue(groupVars))
                : await AskPdAsync(parsed.GetValue(pd)!, parsed.GetValue(shared.FromVersion), cancellationToken);
            cluster = cluster with
            {
                Name = parsed.GetValue(shared.Name) ?? cluster.Name,
                User = parsed.GetValue(user) ?? cluster.User,
                Version = parsed.GetValue(shared.FromVersion) ?? cluster.Version,
            };
            var secrets = SecretText.Ssh("database-ssh") + "---\n"
                + SecretText.Login("tidb-root", "An account that may read the cluster's state.");
            return shared.Write(
                runner.Surroundings,
                parsed,
                ImportedManifest.Write(cluster, parsed.GetValue(shared.ToVersion)!),
                secrets);
        });
        return command;
    }

    private static Command Yugabyte(VerbRunner runner)
    {
        var master = new Option<string>("--master")
        {
            Description = "One master, HOST:PORT of its pages (7000, BMDB 10000).",
            Required = true,
        };
        var bmdb = new Option<bool>("--bmdb") { Description = "The universe is BMDB." };
        var user = new Option<string>("--user")
        {
            Description = "Login user on the hosts. Default: yugabyte.",
            DefaultValueFactory = static _ => "yugabyte",
        };
        var shared = new Shared();
        var command = new Command("yugabyte", "YugabyteDB or BMDB.") { master, bmdb, user };
        shared.AddTo(command);
        runner.SetLocal(command, async (parsed, cancellationToken) =>
        {
            var seed = parsed.GetValue(master)!;
            var version = parsed.GetValue(shared.FromVersion)
                ?? await ServerVersions.OfMasterAsync(seed, cancellationToken);
            var manifest = new YugabyteManifest(
                seed,
                version,
                parsed.GetValue(shared.ToVersion)!,
                parsed.GetValue(bmdb),
                parsed.GetValue(shared.Name),
                parsed.GetValue(user)!);
            return shared.Write(runner.Surroundings, parsed, manifest.Write(), SecretText.Ssh("database-ssh"));
        });
        return command;
    }

    private static ImportedCluster Inventory(FileInfo file, DirectoryInfo? groupVars)
    {
        var text = File.ReadAllText(file.FullName);
        return file.Extension is ".yaml" or ".yml"
            ? TiupTopology.Read(text)
            : AnsibleInventory.Read(
                text,
                (groupVars?.EnumerateFiles("*.yml") ?? []).ToDictionary(
                    f => Path.GetFileNameWithoutExtension(f.Name),
                    f => File.ReadAllText(f.FullName),
                    StringComparer.Ordinal));
    }

    private static async Task<ImportedCluster> AskPdAsync(
        string pd, string? fromVersion, CancellationToken cancellationToken)
    {
        var (host, port) = HostAndPort.Split(pd, DefaultPdPort);
        var address = string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");
        return new ImportedCluster
        {
            Version = fromVersion ?? await ServerVersions.OfPdAsync(address, cancellationToken),
            Instances =
            [
                new ImportedInstance(DatabaseComponent.PD, host, port, null),
            ],
        };
    }

    private static async Task<OmsFound> LookAsync(
        VerbRunner runner, DockerEndpoint endpoint, string? container, CancellationToken cancellationToken)
    {
        try
        {
            await using var client = new DockerClientFactory(timeProvider: runner.Surroundings.Time).Create(endpoint);
            return await OmsFound.FindAsync(client, container, cancellationToken);
        }
        catch (DockerException refused)
        {
            throw new CliException(refused.Message);
        }
    }

    private static SshMaterial SshFiles(FileInfo? key, FileInfo? knownHosts)
    {
        var home = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".ssh");
        var keyPath = key?.FullName
            ?? KeyNames.Select(n => Path.Combine(home, n)).FirstOrDefault(File.Exists)
            ?? throw new CliException($"There is no id_ed25519 or id_rsa in {home}. Add --ssh-key.");
        return new SshMaterial(
            File.ReadAllBytes(keyPath),
            File.ReadAllBytes(knownHosts?.FullName ?? Path.Combine(home, "known_hosts")));
    }

    private static DockerTlsMaterial TlsFiles(DirectoryInfo? folder)
    {
        var path = folder?.FullName
            ?? Environment.GetEnvironmentVariable("DOCKER_CERT_PATH")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".docker");
        byte[] Read(string name) => File.ReadAllBytes(Path.Combine(path, name));
        return new DockerTlsMaterial(Read("ca.pem"), Read("cert.pem"), Read("key.pem"));
    }

    /// <summary>Options of all systems.</summary>
    private sealed class Shared
    {
        public Option<string> ToVersion { get; } = new("--to-version")
        {
            Description = "The version after the upgrade.",
            Required = true,
        };

        public Option<string?> FromVersion { get; } = new("--from-version")
        {
            Description = "The version that runs, if it cannot be read.",
        };

        public Option<string?> Name { get; } = new("--name") { Description = "Name of the object." };

        public Option<FileInfo?> File { get; } = new("--file", "-f")
        {
            Description = "Where to write the manifest; the Secrets go beside it, as NAME-secrets.yaml. Without it the "
                + "manifest is printed.",
        };

        public void AddTo(Command command)
        {
            command.Options.Add(ToVersion);
            command.Options.Add(FromVersion);
            command.Options.Add(Name);
            command.Options.Add(File);
        }

        public int Write(Surroundings surroundings, ParseResult parsed, string manifest, string secrets)
        {
            if (parsed.GetValue(File) is not { } file)
            {
                surroundings.Output.Write(manifest);
                return ExitCodes.Done;
            }

            var secretFile = Path.Combine(
                file.DirectoryName!, $"{Path.GetFileNameWithoutExtension(file.Name)}-secrets.yaml");
            List<(string Path, string Text)> files = [(file.FullName, manifest)];
            if (secrets.Length > 0)
            {
                files.Add((secretFile, secrets));
            }

            if (files.Find(f => System.IO.File.Exists(f.Path)).Path is { } taken)
            {
                throw CliException.Refused($"{taken} exists already. Nothing was written. Choose another --file.");
            }

            foreach (var (path, text) in files)
            {
                System.IO.File.WriteAllText(path, text);
            }

            surroundings.Output.WriteLine(
                (files.Count == 1 ? $"Wrote {file.FullName}. It needs no Secret. Then: "
                    : $"Wrote {file.FullName} and {secretFile}. Fill in the Secrets, apply them, then: ")
                + $"`kubectl drydock check -f {file.FullName}`.");
            return ExitCodes.Done;
        }
    }
}
