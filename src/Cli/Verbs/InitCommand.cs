using Drydock.Cli.Init;

namespace Drydock.Cli.Verbs;

/// <summary>Writes a manifest by looking at what runs. Changes nothing, and needs no cluster.</summary>
internal static class InitCommand
{
    private const int DefaultPdPort = 2379;
    private const int DefaultMasterPort = 7000;
    private const int DefaultBmdbMasterPort = 10000;

    public static Command Create(VerbRunner runner, HelpPage help)
    {
        var command = new Command(
            "init",
            "Writes the manifest of an upgrade by looking at what runs. Changes nothing.");
        command.SetAction(parsed => help.Invoke(parsed));
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
        return shared.Of(runner, command, async (parsed, cancellationToken) =>
        {
            var host = new OmsHost(
                parsed.GetValue(docker)!,
                parsed.GetValue(key),
                parsed.GetValue(knownHosts),
                parsed.GetValue(certificates));
            var (endpoint, found) = await host.LookAsync(
                runner.Surroundings, parsed.GetValue(container), cancellationToken);
            var manifest = new OmsManifest(
                found,
                endpoint,
                parsed.GetValue(shared.ToVersion)!,
                parsed.GetValue(image)!,
                parsed.GetValue(shared.Name))
            {
                FromVersion = parsed.GetValue(shared.FromVersion),
                HostIP = parsed.GetValue(hostIP),
            };
            return (manifest.Write(), manifest.Secrets());
        });
    }

    private static Command TiDb(VerbRunner runner)
    {
        var pd = new Option<string>("--pd")
        {
            Description = "One PD member, HOST or HOST:PORT. Default port: 2379.",
            Required = true,
        };
        var user = CreateUser("tidb");
        var shared = new Shared();
        return shared.Of(runner, new Command("tidb", "TiDB.") { pd, user }, async (parsed, cancellationToken) =>
        {
            var (host, port) = HostAndPort.Split(parsed.GetValue(pd)!, DefaultPdPort);
            var version = parsed.GetValue(shared.FromVersion);
            _ = version ?? await ServerVersions.OfPdAsync(HostAndPort.Join(host, port), cancellationToken);
            var manifest = DatabaseManifest.OfTiDb(
                HostAndPort.Seed(parsed.GetValue(pd)!, DefaultPdPort),
                version,
                parsed.GetValue(shared.ToVersion)!,
                parsed.GetValue(shared.Name),
                parsed.GetValue(user)!);
            var secrets = SecretManifest.Ssh("database-ssh") + "---\n"
                + SecretManifest.Login(
                    "tidb-root", "An account that may read the cluster's state and the databases of the backup.");
            return (manifest, secrets);
        });
    }

    private static Command Yugabyte(VerbRunner runner)
    {
        var master = new Option<string>("--master")
        {
            Description = "One master, HOST or HOST:PORT of its pages. Default port: 7000, BMDB 10000.",
            Required = true,
        };
        var bmdb = new Option<bool>("--bmdb") { Description = "The universe is BMDB." };
        var user = CreateUser("yugabyte");
        var shared = new Shared();
        var command = new Command("yugabyte", "YugabyteDB or BMDB.") { master, bmdb, user };
        return shared.Of(runner, command, async (parsed, cancellationToken) =>
        {
            var usual = parsed.GetValue(bmdb) ? DefaultBmdbMasterPort : DefaultMasterPort;
            var (host, port) = HostAndPort.Split(parsed.GetValue(master)!, usual);
            var version = parsed.GetValue(shared.FromVersion);
            _ = version ?? await ServerVersions.OfMasterAsync(HostAndPort.Join(host, port), cancellationToken);
            var manifest = DatabaseManifest.OfYugabyte(
                HostAndPort.Seed(parsed.GetValue(master)!, usual),
                version,
                parsed.GetValue(shared.ToVersion)!,
                parsed.GetValue(bmdb),
                parsed.GetValue(shared.Name),
                parsed.GetValue(user)!);
            return (manifest, SecretManifest.Ssh("database-ssh"));
        });
    }

    private static Option<string> CreateUser(string usual) => new("--user")
    {
        Description = "Login user on the hosts.",
        DefaultValueFactory = _ => usual,
    };

    // The manifest, and beside it the Secrets that it names.
    private static void WriteFiles(Surroundings surroundings, FileInfo file, string manifest, string secrets)
    {
        var secretFile = Path.Combine(
            file.DirectoryName!, $"{Path.GetFileNameWithoutExtension(file.Name)}-secrets.yaml");
        var hasSecrets = secrets.Length > 0;
        if (new[] { file.FullName, secretFile }.Take(hasSecrets ? 2 : 1).FirstOrDefault(File.Exists) is { } taken)
        {
            throw CliException.Refused($"{taken} exists already. Nothing was written. Choose another --file.");
        }

        WriteNew(file.FullName, manifest, mode: null);
        if (hasSecrets)
        {
            // The user writes private keys and passwords into it.
            WriteNew(secretFile, secrets, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        surroundings.Output.WriteLine(
            (hasSecrets
                ? $"Wrote {file.FullName} and {secretFile}. Fill in the Secrets, apply them with -n NAMESPACE, then: "
                : $"Wrote {file.FullName}. It needs no Secret. Then: ")
            + $"`kubectl drydock check -f {ShellWord.Quote(file.FullName)} -n NAMESPACE`.");
    }

    private static void WriteNew(string path, string text, UnixFileMode? mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (mode is not null && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        using var writer = UserFile.Use("--file", path, p => new StreamWriter(p, options));
        writer.Write(text);
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

        /// <summary>Completes the command of a system.</summary>
        /// <param name="read">Reads what runs; returns the manifest and its Secrets.</param>
        public Command Of(
            VerbRunner runner,
            Command command,
            Func<ParseResult, CancellationToken, Task<(string Manifest, string Secrets)>> read)
        {
            Array.ForEach<Option>([ToVersion, FromVersion, Name, File], command.Options.Add);
            runner.SetLocal(command, async (parsed, cancellationToken) =>
            {
                var (manifest, secrets) = await read(parsed, cancellationToken);
                Write(runner.Surroundings, parsed.GetValue(File), manifest, secrets);
                return ExitCodes.Done;
            });
            return command;
        }

        private static void Write(Surroundings surroundings, FileInfo? file, string manifest, string secrets)
        {
            if (file is not null)
            {
                WriteFiles(surroundings, file, manifest, secrets);
                return;
            }

            surroundings.Output.Write(manifest);
            if (secrets.Length > 0)
            {
                surroundings.Errors.WriteLine(
                    "The manifest names Secrets, which are not printed. Add --file to write them too, with false "
                    + "values.");
            }
        }
    }
}
