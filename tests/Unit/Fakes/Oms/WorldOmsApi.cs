using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>One life's connection to the API of a console.</summary>
internal sealed class WorldOmsApi(OmsWorld world, OperatorLife life, OmsApiTarget target) : IOmsApi
{
    private readonly WorldOmsConsole _console = world.Console;

    private Uri Address => target.Address;

    // Deleted ones too.
    public Task<IReadOnlyList<OmsProject>> ListAsync(CancellationToken cancellationToken) =>
        Ask<IReadOnlyList<OmsProject>>("ListProjects", "", () => [.. _console.Projects.Select(Row)]);

    public Task<ProjectProgress> ProgressAsync(string id, CancellationToken cancellationToken) =>
        Ask("DescribeProjectProgress", id, () => Progress(_console[id]));

    public Task<IReadOnlyList<ProjectStep>> StepsAsync(string id, CancellationToken cancellationToken) =>
        Ask<IReadOnlyList<ProjectStep>>("DescribeProjectSteps", id, () => [.. _console[id].Steps]);

    public Task<IReadOnlyList<ProjectComponent>> ComponentsAsync(string id, CancellationToken cancellationToken) =>
        Ask<IReadOnlyList<ProjectComponent>>("DescribeProjectComponents", id, () => [.. _console.Components(_console[id])]);

    public void Dispose()
    {
        // Nothing is held open.
    }

    private static OmsProject Row(WorldProject project) =>
        new(project.Kind, project.Id, project.Name, project.Status);

    private ProjectProgress Progress(WorldProject project) => new()
    {
        Status = project.Status,
        CurrentStep = project.CurrentStep,
        SynchronizesIncrements = project.SynchronizesIncrements,
        Checkpoint = world.Time.GetUtcNow() - project.Lag,
        AnsweredAt = world.Time.GetUtcNow(),
    };

    private Task<T> Ask<T>(string action, string id, Func<T> answer) => life.LookAsync(() =>
    {
        Check(action, id);
        return answer();
    });

    private void Check(string action, string id)
    {
        if (!_console.HasApi(Serving()))
        {
            throw new OmsApiException(OmsApiErrorKind.Absent, $"{Address}, {action}: HTTP 404");
        }

        Login();
        if (_console.Refused.Contains(action) || _console.Refused.Contains($"{action} {id}") || (id.Length > 0 && !_console.Projects.Exists(p => p.Id == id)))
        {
            throw new OmsApiException(OmsApiErrorKind.Refused, $"{Address}, {action} of {id}: refused with success: false, code GHANA-OPERAT000001");
        }
    }

    private WorldContainer Serving()
    {
        var container = _console.At(Address) ?? throw new OmsApiException(OmsApiErrorKind.Unreachable, $"{Address} does not answer");
        return Address.Scheme == Uri.UriSchemeHttps && _console.SelfSigned is { } certificate && target.Authority != certificate
            ? throw new OmsApiException(OmsApiErrorKind.Untrusted, $"{Address} is not trusted")
            : container;
    }

    private void Login()
    {
        if (target.User != WorldOmsConsole.User || target.Password.Reveal() != _console.Password)
        {
            throw new OmsApiException(OmsApiErrorKind.Denied, $"{Address}: the login of user {target.User} with {target.Password.Reveal()} was refused");
        }
    }
}
