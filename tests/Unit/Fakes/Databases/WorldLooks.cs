using System.Collections.Concurrent;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>The last look of one operator at each instance, as old as it says that it may be: what happened on the host
/// since is not in it.</summary>
internal sealed class WorldLooks(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, SharedAnswer<InstanceProcess>> _last = new(StringComparer.Ordinal);

    public Task<InstanceProcess> LookAsync(
        string instance, TimeSpan? maxAge, Func<Task<InstanceProcess>> look, CancellationToken cancellationToken) =>
        Of(instance).GetAsync(maxAge, _ => look(), cancellationToken);

    public void Forget(string instance) => Of(instance).Forget();

    private SharedAnswer<InstanceProcess> Of(string instance) =>
        _last.GetOrAdd(instance, _ => new SharedAnswer<InstanceProcess>(time));
}
