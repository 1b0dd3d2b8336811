namespace Drydock.Tests.Unit.Fakes;

/// <summary>Commands under the wrapper that leaves witness files: the correction JAR and docker_init.sh.</summary>
internal static class RunOnce
{
    private const string Marker = "# 【结束】全部初始化步骤执行成功\n";

    public static bool Is(IReadOnlyList<string> command) =>
        command is ["/bin/sh", "-c", var script, "drydock", ..] && script.Contains("set -C", StringComparison.Ordinal);

    public static string Kind(IReadOnlyList<string> command) =>
        command.Contains("-jar")
            ? "jar"
            : command.Any(c => c.EndsWith("docker_init.sh", StringComparison.Ordinal)) ? "init" : "unknown";

    public static void Start(OmsWorld world, WorldExec exec)
    {
        var container = exec.Container;
        var directory = container.HostPath(exec.Command[4])
            ?? throw new InvalidOperationException($"{exec.Command[4]} is not mounted from the host");
        var files = container.Host.Files;
        if (!files.TryAdd(
            $"{directory}/started", Encoding.UTF8.GetBytes(exec.Pid.ToString(CultureInfo.InvariantCulture) + "\n")))
        {
            End(exec, 98);
            return;
        }

        var kind = Kind(exec.Command);
        if (kind == "jar" && (world.Setup.JarIsClosed(world, container) || container.File(JarOf(exec.Command)) is null))
        {
            world.Did("jar refused", container.Host.Name);
            Write(container, directory, 1, $"Error: Unable to access jarfile {JarOf(exec.Command)}\n");
            End(exec, 1);
            container.Host.Emit(container, "exec_die", exec.Id);
            return;
        }

        world.Did(kind, container.Host.Name);
        world.Rules.RunOnceBegan(container, kind, exec.Command);
        world.Metadata.Contents = $"half changed by {kind}";
        world.Alive.Add((container.Id, exec.Pid, exec.Command[4]));
        var run = container.Run;
        world.After(kind == "jar" ? world.Setup.JarTakes : world.Setup.InitTakes, () =>
        {
            world.Alive.Remove((container.Id, exec.Pid, exec.Command[4]));
            world.Rules.RunOnceEnded(container, kind, completed: container.Run == run && container.IsRunning, run);
            container.IfStill(run, () => Finish(world, exec, kind, directory));
        });
    }

    public static bool Lives(OmsWorld world, WorldContainer container, string pid, string directory) =>
        container.IsRunning
            && world.Alive.Contains((container.Id, int.Parse(pid, CultureInfo.InvariantCulture), directory));

    private static void Finish(OmsWorld world, WorldExec exec, string kind, string directory)
    {
        var container = exec.Container;
        var (code, log) = kind == "jar" ? world.Setup.Jar(world, container) : world.Setup.Init(world, container);
        var isDone = log.Contains("%done%", StringComparison.Ordinal);
        log = log.Replace("%marker%", Marker, StringComparison.Ordinal).Replace("%done%", "", StringComparison.Ordinal);
        Write(container, directory, code, log);
        if (kind == "jar" && code == 0)
        {
            world.Rules.Corrected(container);
            world.Metadata.Contents = "corrected";
        }

        if (kind == "init" && (isDone || log.Contains(Marker, StringComparison.Ordinal)))
        {
            container.Host.Initialized.Add(container.Id);
            container.ConsoleAutostart = true;
            world.Rules.Initialized(container);
            world.Metadata.Contents = world.Setup.ToVersion;
            world.Metadata.HaConfig ??= world.Setup.InitBringsHaConfig;
            foreach (var name in container.Programs.Keys)
            {
                container.StopProgram(name);
                container.StartProgram(name);
            }
        }

        End(exec, code);
        container.Host.Emit(container, "exec_die", exec.Id);
    }

    /// <summary>A path as a command in a working directory understands it.</summary>
    public static string Absolute(string path, string directory) =>
        path.StartsWith('/') ? path : $"{directory.TrimEnd('/')}/{path}";

    private static string JarOf(IReadOnlyList<string> command) =>
        Absolute(command[command.ToList().IndexOf("-jar") + 1], command[5]);

    private static void Write(WorldContainer container, string directory, int code, string log)
    {
        container.Host.Files[$"{directory}/log"] = Encoding.UTF8.GetBytes(log);
        container.Host.Files[$"{directory}/rc"] = Encoding.UTF8.GetBytes(
            code.ToString(CultureInfo.InvariantCulture) + "\n");
    }

    private static void End(WorldExec exec, int code) => (exec.Running, exec.ExitCode) = (false, code);
}
