using System.IO.Enumeration;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>The short commands that are run inside OMS containers to look and to turn things.</summary>
internal static class WorldCommands
{
    public static bool Changes(IReadOnlyList<string> command) =>
        IsReservation(command) || command is ["sed", ..] or ["supervisorctl", "start" or "stop" or "restart", ..];

    private static bool IsReservation(IReadOnlyList<string> command) =>
        command is ["/bin/sh", "-c", var script, "drydock", _]
            && script.StartsWith("mkdir -p", StringComparison.Ordinal);

    public static string Run(OmsWorld world, WorldExec exec)
    {
        var container = exec.Container;
        switch (exec.Command)
        {
            case ["supervisorctl", "status", ..]:
                exec.ExitCode = container.Programs.Values.All(p => p.State == "RUNNING") ? 0 : 3;
                return container.SupervisorStatus();
            case ["supervisorctl", var verb, var program]:
                return Supervisorctl(world, container, verb, program);
            case ["sed", "-i", "s/autostart = false/autostart = true/g", WorldHost.ConsoleIni]:
                container.ConsoleAutostart = true;
                world.Did("autostart", container.Host.Name);
                return "";
            case [_, _, _, _, var directory] when IsReservation(exec.Command):
                if (container.Host.Files.ContainsKey($"{container.HostPath(directory)}/started"))
                {
                    exec.ExitCode = 98;
                    return "";
                }

                container.Host.Write($"{container.HostPath(directory)}/reserved", directory + "\n");
                return "";
            case ["/bin/sh", "-c", var script, ..] when script.StartsWith("df -Pk /", StringComparison.Ordinal):
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"overlay {container.Host.FreeBytes / 512} {container.Host.FreeBytes / 1024} "
                    + $"{container.Host.FreeBytes / 1024} 50% /\n");
            case ["/bin/sh", "-c", JarSearch.Script, _, var jar, ..]:
                return string.Concat(Jars(container, jar, [.. exec.Command.Skip(5)]).Select(path => path + "\n"));
            case ["/bin/sh", "-c", Witnesses.Script + "\necho --\n", _, var mount, var root]:
                return Witnessed(container, mount, root);
            case ["/bin/sh", "-c", Witnesses.Script + "\necho --\n" + ForeignCommand.Script, _, var mount, var root]:
                return Witnessed(container, mount, root)
                    + string.Concat(
                        container.Commands.Select(c => $"{c.Key}\u001f{c.Value.Replace(' ', '\u001f')}\u001f\n"))
                    + string.Concat(world.Alive.Where(a => a.Container == container.Id)
                        .Select(a => $"{a.Pid}\u001f/bin/bash\u001f/root/docker_init.sh\u001f\n"));
            case ["cat", "/proc/sys/fs/nr_open"]:
                return "1048576\n";
            case ["/bin/sh", "-c", ContainerHttp.Script, _, var address]:
                (exec.ExitCode, var output) = world.Health.Answer(container, new Uri(address));
                return output;
            case ["/bin/sh", "-c", ListeningPorts.Script]:
                return Listeners(container);
            case ["/bin/sh", "-c", var script, _, var pid, var directory] when script.Contains(
                "/proc/", StringComparison.Ordinal):
                exec.ExitCode = RunOnce.Lives(world, container, pid, directory) ? 0 : 1;
                return "";
            default:
                throw new InvalidOperationException($"the world knows no command {string.Join(' ', exec.Command)}");
        }
    }

    // What find prints, and what comes between it and the other script.
    private static string Witnessed(WorldContainer container, string mount, string root)
    {
        var source = $"{container.HostPath(mount)}/";
        return string.Concat(container.Host.Files.Keys
            .Where(path => path.StartsWith($"{source}{root}/", StringComparison.Ordinal)
                && path[(path.LastIndexOf('/') + 1)..] is "T1" or "started" or "closed")
            .Select(path => path[source.Length..] + "\n")) + "--\n";
    }

    private static List<string> Jars(WorldContainer container, string jar, string[] places)
    {
        if (jar.Length > 0)
        {
            return container.File(RunOnce.Absolute(jar, places[0])) is null ? [] : [jar];
        }

        var jars = container.Files.Where(path => FileSystemName.MatchesSimpleExpression("*/correction-*.jar", path))
            .ToList();
        return places.Select(place => jars.Where(path => path[..path.LastIndexOf('/')] == place.TrimEnd('/')).ToList())
            .FirstOrDefault(found => found.Count > 0) ?? jars;
    }

    // Own sockets have inodes from 1000 on, those of others from 9000 on.
    private static string Listeners(WorldContainer container)
    {
        var own = new[] { 8088, 8089, 8090, 9000, 2023 };
        var text = new StringBuilder();
        foreach (var (port, inode) in own.Select((p, i) => (p, 1000 + i)).Concat(
            container.Host.ForeignPorts.Select((p, i) => (p, 9000 + i))))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"   0: 00000000:{port:X4} 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
                + $"{inode} 1 0000000000000000 100 0 0 10 0\n");
        }

        text.Append("--\n");
        foreach (var index in Enumerable.Range(0, own.Length))
        {
            text.Append(CultureInfo.InvariantCulture, $"socket:[{1000 + index}]\n");
        }

        return text.ToString();
    }

    private static string Supervisorctl(OmsWorld world, WorldContainer container, string verb, string program)
    {
        if (!container.Programs.TryGetValue(program, out var entry))
        {
            return $"{program}: ERROR (no such process)\n";
        }

        var answer = new StringBuilder();
        world.Did($"{verb} {program}", container.Host.Name);
        world.Rules.Check(
            verb != "restart" || !container.ConsoleServes || world.Hosts.Where(h => h != container.Host)
                .All(h => h.Containers.Where(c => c is { IsRunning: true, IsOms: true }).Select(c => c.ConsoleServes)
                    .DefaultIfEmpty(true).Any(serves => serves)),
            $"{program} on {container.Host.Name} was restarted while no other console served");
        if (verb is "stop" or "restart")
        {
            answer.Append(program).Append(entry.IsUp ? ": stopped\n" : ": ERROR (not running)\n");
            if (entry.State is not ("EXITED" or "FATAL"))
            {
                container.StopProgram(program);
            }
        }

        if (verb is "start" or "restart")
        {
            if (entry.IsUp)
            {
                return $"{program}: ERROR (already started)\n";
            }

            container.StartProgram(program);
            answer.Append(program).Append(entry.IsUp ? ": started\n" : ": ERROR (spawn error)\n");
        }

        // supervisorctl restart of a stopped program complains and starts it all the same.
        return verb == "restart" && entry.IsUp ? $"{program}: stopped\n{program}: started\n" : answer.ToString();
    }
}
