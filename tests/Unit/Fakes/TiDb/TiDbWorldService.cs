namespace Drydock.Tests.Unit.Fakes;

/// <summary>A service of the monitoring on its host. It runs from the beginning.</summary>
internal sealed class TiDbWorldService(TiDbWorld world, TiDbLife life, InstanceTarget target) : IInstanceHost
{
    public InstanceTarget Target => target;

    private string Key => $"{target.Host}:{target.Port}";

    public Task<InstanceProcess> LookAsync(
        TimeSpan? maxAge, CancellationToken cancellationToken) => life.LookAsync(() =>
    {
        if (world.Unreachable.Contains(target.Host))
        {
            throw new HostException(target.Host, Reasons.HostUnreachable, $"{target.Host} does not answer");
        }

        var pid = world.Services.TryGetValue(Key, out var known) ? known : world.Services[Key] = 1000 + target.Port;
        return new InstanceProcess
        {
            Supervision = world.UnmanagedServices.Contains(target.Name)
                ? SupervisionState.Missing
                : pid is null ? SupervisionState.Inactive : SupervisionState.Active,
            SupervisionText = pid is null ? "inactive (dead)" : "active (running)",
            Pid = pid,
            IsListening = pid is not null && !world.SilentServices.Contains(target.Name),
            ListenerPid = pid,
            Strays = [],
        };
    });

    public Task StopAsync(Func<InstanceProcess, Task> ensureMayStop, CancellationToken cancellationToken) =>
        life.ChangeAsync($"stop {target.Name}", () => Set($"stop {target.Name}", null));

    public Task SwapAsync(InstanceGoal swap, CancellationToken cancellationToken) =>
        throw new NotSupportedException("files of services are replaced one by one");

    public Task StageAsync(InstanceGoal swap, string? ask, CancellationToken cancellationToken) =>
        throw new NotSupportedException("files of services are replaced one by one");

    public Task UnstageAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException("files of services are replaced one by one");

    public Task ReplaceAsync(
        InstanceGoal swap, FileReplacement? file, Func<InstanceProcess, Task> ensureMayStop,
        CancellationToken cancellationToken) =>
        throw new NotSupportedException("files of services are replaced one by one");

    public Task StartAsync(string directory, CancellationToken cancellationToken) => life.ChangeAsync(
        $"start {target.Name}",
        () => world.Services.GetValueOrDefault(Key) is not null || Set($"start {target.Name}", ++world.LastServicePid));

    private bool Set(string what, int? pid)
    {
        world.Did(what);
        world.Services[Key] = pid;
        return true;
    }
}
